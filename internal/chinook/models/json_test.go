package models

import (
	"testing"

	"github.com/denormgen/denormgen/internal/jsontest"
)

func TestJSON(t *testing.T) {
	t.Run("invoices", func(t *testing.T) { jsontest.Equal(t, invoicesDefinition().AppendJSON) })
	t.Run("receipts", func(t *testing.T) { jsontest.Equal(t, receiptsDefinition().AppendJSON) })
	t.Run("artists", func(t *testing.T) { jsontest.Equal(t, artistsDefinition().AppendJSON) })
	t.Run("albums", func(t *testing.T) { jsontest.Equal(t, albumsDefinition().AppendJSON) })
	t.Run("albumCards", func(t *testing.T) { jsontest.Equal(t, albumCardsDefinition().AppendJSON) })
	t.Run("genreCharts", func(t *testing.T) { jsontest.Equal(t, genreChartsDefinition().AppendJSON) })
	t.Run("mediaTypes", func(t *testing.T) { jsontest.Equal(t, mediaTypesDefinition().AppendJSON) })
	t.Run("employees", func(t *testing.T) { jsontest.Equal(t, employeesDefinition().AppendJSON) })
	t.Run("orgCharts", func(t *testing.T) { jsontest.Equal(t, orgChartsDefinition().AppendJSON) })
	t.Run("customers", func(t *testing.T) { jsontest.Equal(t, customersDefinition().AppendJSON) })
	t.Run("customerCards", func(t *testing.T) { jsontest.Equal(t, customerCardsDefinition().AppendJSON) })
	t.Run("tracks", func(t *testing.T) { jsontest.Equal(t, tracksDefinition().AppendJSON) })
	t.Run("playlists", func(t *testing.T) { jsontest.Equal(t, playlistsDefinition().AppendJSON) })
	t.Run("playlistKeys", func(t *testing.T) { jsontest.Equal(t, playlistKeysDefinition().AppendJSON) })
	t.Run("playlistEntries", func(t *testing.T) { jsontest.Equal(t, playlistEntriesDefinition().AppendJSON) })
}
