package models

import "fmt"

// Track is one piece on an album.
//
//denorm:table Track
//denorm:collection tracks
//denorm:omit Bytes,MediaTypeID
//denorm:include Album fields=Title
//denorm:include Album.Artist flatten=Name as=ArtistName
//denorm:include Genre flatten=Name as=GenreName
//denorm:include Playlists fields=PlaylistID,Name order="PlaylistID desc"
//denorm:count InvoiceLines as=TimesSold
//denorm:max InvoiceLines.Invoice.InvoiceDate as=LastSold
type Track struct {
	TrackID      int64   `db:"TrackId"`
	Name         string  `db:"Name"`
	AlbumID      *int64  `db:"AlbumId"`
	MediaTypeID  int64   `db:"MediaTypeId"`
	GenreID      *int64  `db:"GenreId"`
	Composer     *string `db:"Composer"`
	Milliseconds int64   `db:"Milliseconds"`
	Bytes        *int64  `db:"Bytes"`
	UnitPrice    float64 `db:"UnitPrice"`

	Album        *Album
	Genre        *Genre
	MediaType    *MediaType
	InvoiceLines []InvoiceLine
	//denorm:manytomany PlaylistTrack local=TrackId foreign=PlaylistId
	Playlists []Playlist
}

// Length is the playing time in minutes and seconds.
//
//denorm:computed
func (t *Track) Length() string {
	seconds := t.Milliseconds / 1000
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// Playlist is a named list of tracks.
//
//denorm:table Playlist
//denorm:collection playlists
//denorm:include Tracks order="through.TrackID" fields=TrackID,Name,UnitPrice,through.PlaylistID
//denorm:include Tracks.Album fields=Title
//denorm:count Tracks as=TrackCount
//denorm:sum Tracks.Milliseconds as=Milliseconds
//denorm:collection playlist_keys doc=PlaylistKeyList
//denorm:include Tracks flatten=TrackID as=TrackIDs order="TrackID desc"
type Playlist struct {
	PlaylistID int64   `db:"PlaylistId"`
	Name       *string `db:"Name"`

	//denorm:manytomany through=PlaylistTrack
	Tracks []Track
}

// PlaylistTrack puts a track on a playlist.
//
//denorm:table PlaylistTrack
//denorm:key PlaylistID,TrackID
//denorm:collection playlist_entries
//denorm:include Playlist flatten=Name as=PlaylistName
//denorm:include Track fields=Name
type PlaylistTrack struct {
	PlaylistID int64 `db:"PlaylistId"`
	TrackID    int64 `db:"TrackId"`

	Playlist *Playlist
	Track    *Track
}
