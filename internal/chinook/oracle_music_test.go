package chinook_test

import (
	"fmt"
	"strconv"

	"github.com/denormgen/denormgen/internal/chinook/models"
)

// track is a whole track, with its computed length.
func (o oracle) track(id any) object {
	track := o.row(`SELECT * FROM "Track" WHERE "TrackId" = %d`, id)
	track["length"] = length(track["Milliseconds"])
	return track
}

func length(milliseconds any) string {
	ms := milliseconds.(int64)
	return fmt.Sprintf("%d:%02d", ms/60_000, ms%60_000/1000)
}

// name is the name in a row of a lookup table, nil for no key.
func (o oracle) name(table string, id any) any {
	if id == nil {
		return nil
	}
	return o.value(`SELECT "Name" FROM "%s" WHERE "%sId" = %d`, table, table, id)
}

func (o oracle) artist(id int64) object {
	doc := o.row(`SELECT * FROM "Artist" WHERE "ArtistId" = %d`, id)
	albums := o.rows(`SELECT "AlbumId", "Title" FROM "Album" WHERE "ArtistId" = %d ORDER BY "AlbumId"`, id)
	tracks := int64(0)
	for _, album := range albums {
		album["track_count"] = o.value(`SELECT COUNT(*) AS "Count" FROM "Track" WHERE "AlbumId" = %d`, album["AlbumId"])
		tracks += album["track_count"].(int64)
	}
	names := []any{}
	for _, track := range o.rows(`SELECT "Name" FROM "Track" WHERE "AlbumId" IN (SELECT "AlbumId" FROM "Album" WHERE "ArtistId" = %d)
		ORDER BY "Milliseconds" DESC, "TrackId" LIMIT 5`, id) {
		names = append(names, track["Name"])
	}
	doc["albums"], doc["track_names"] = albums, names
	doc["album_count"], doc["track_count"] = len(albums), tracks
	doc["total_sales"] = sum(o.value(`SELECT SUM(l."Quantity" * l."UnitPrice") AS "Sum" FROM "InvoiceLine" l
		JOIN "Track" t ON t."TrackId" = l."TrackId" JOIN "Album" a ON a."AlbumId" = t."AlbumId" WHERE a."ArtistId" = %d`, id))
	return doc
}

func (o oracle) album(id int64) object {
	doc := o.row(`SELECT * FROM "Album" WHERE "AlbumId" = %d`, id)
	doc["artist"] = o.row(`SELECT * FROM "Artist" WHERE "ArtistId" = %d`, doc["ArtistId"])
	tracks := []object{}
	for _, row := range o.rows(`SELECT "TrackId" FROM "Track" WHERE "AlbumId" = %d ORDER BY "TrackId"`, id) {
		track := o.track(row["TrackId"])
		track["genre"] = nil
		if track["GenreId"] != nil {
			track["genre"] = o.row(`SELECT * FROM "Genre" WHERE "GenreId" = %d`, track["GenreId"])
		}
		track["media_type"] = o.row(`SELECT * FROM "MediaType" WHERE "MediaTypeId" = %d`, track["MediaTypeId"])
		tracks = append(tracks, track)
	}
	doc["tracks"] = tracks
	return doc
}

func (o oracle) albumCard(id int64) object {
	doc := o.row(`SELECT "AlbumId", "Title", "ArtistId" FROM "Album" WHERE "AlbumId" = %d`, id)
	doc["artist_name"] = o.name("Artist", doc["ArtistId"])
	long := []object{}
	for _, row := range o.rows(`SELECT "TrackId", "Name", "Milliseconds", "GenreId" FROM "Track" WHERE "AlbumId" = %d AND "Milliseconds" >= 300000
		ORDER BY "Milliseconds" DESC, "TrackId" LIMIT 3`, id) {
		row["genre_name"] = o.name("Genre", row["GenreId"])
		long = append(long, row.without("GenreId"))
	}
	doc["long_tracks"] = long
	doc["long_track_count"] = o.value(`SELECT COUNT(*) AS "Count" FROM "Track" WHERE "AlbumId" = %d AND "Milliseconds" >= 300000`, id)

	// Every album has tracks.
	tracks := o.rows(`SELECT "Milliseconds", "UnitPrice" FROM "Track" WHERE "AlbumId" = %d`, id)
	var total int64
	var price float64
	shortest, longest := tracks[0]["Milliseconds"].(int64), int64(0)
	for _, track := range tracks {
		ms := track["Milliseconds"].(int64)
		total, price = total+ms, price+track["UnitPrice"].(float64)
		shortest, longest = min(shortest, ms), max(longest, ms)
	}
	count := float64(len(tracks))
	doc["track_count"], doc["milliseconds"], doc["shortest"], doc["longest"] = len(tracks), total, shortest, longest
	doc["average_milliseconds"], doc["average_price"] = float64(total)/count, sum(price)/count
	return doc.without("ArtistId")
}

func (o oracle) genreChart(id int64) object {
	doc := o.row(`SELECT * FROM "Genre" WHERE "GenreId" = %d`, id)
	tracks := object{}
	for _, track := range o.rows(`SELECT "TrackId", "Name", "Milliseconds", "AlbumId" FROM "Track" WHERE "GenreId" = %d
		ORDER BY "Milliseconds" DESC, "TrackId" LIMIT 3`, id) {
		track["album"] = o.albumTitle(track["AlbumId"])
		tracks[strconv.FormatInt(track["TrackId"].(int64), 10)] = track.without("AlbumId")
	}
	doc["tracks"] = tracks
	doc["track_count"] = o.value(`SELECT COUNT(*) AS "Count" FROM "Track" WHERE "GenreId" = %d`, id)
	doc["total_sales"] = sum(o.value(`SELECT SUM("Quantity" * "UnitPrice") AS "Sum" FROM "InvoiceLine"
		WHERE "TrackId" IN (SELECT "TrackId" FROM "Track" WHERE "GenreId" = %d)`, id))
	return doc
}

// albumTitle is an album with its title and the name of its artist, nil for no key.
func (o oracle) albumTitle(id any) object {
	if id == nil {
		return nil
	}
	album := o.row(`SELECT "AlbumId", "Title", "ArtistId" FROM "Album" WHERE "AlbumId" = %d`, id)
	album["artist_name"] = o.name("Artist", album["ArtistId"])
	return album.without("ArtistId")
}

func (o oracle) mediaType(id int64) object {
	doc := o.row(`SELECT * FROM "MediaType" WHERE "MediaTypeId" = %d`, id)
	doc["track_count"] = o.value(`SELECT COUNT(*) AS "Count" FROM "Track" WHERE "MediaTypeId" = %d`, id)
	doc["dear_track_count"] = o.value(`SELECT COUNT(*) AS "Count" FROM "Track" WHERE "MediaTypeId" = %d AND "UnitPrice" > 1`, id)
	return doc
}

func (o oracle) trackDoc(id int64) object {
	doc := o.track(id)
	doc["album"] = o.albumTitle(doc["AlbumId"])
	doc["genre_name"] = o.name("Genre", doc["GenreId"])
	doc["playlists"] = o.rows(`SELECT p."PlaylistId", p."Name" FROM "Playlist" p JOIN "PlaylistTrack" l ON l."PlaylistId" = p."PlaylistId"
		WHERE l."TrackId" = %d ORDER BY p."PlaylistId" DESC`, id)
	doc["times_sold"] = o.value(`SELECT COUNT(*) AS "Count" FROM "InvoiceLine" WHERE "TrackId" = %d`, id)
	doc["last_sold"] = o.value(`SELECT MAX(i."InvoiceDate") AS "LastDate" FROM "InvoiceLine" l
		JOIN "Invoice" i ON i."InvoiceId" = l."InvoiceId" WHERE l."TrackId" = %d`, id)
	return doc.without("Bytes", "MediaTypeId")
}

func (o oracle) playlist(id int64) object {
	doc := o.row(`SELECT * FROM "Playlist" WHERE "PlaylistId" = %d`, id)
	tracks, milliseconds := []object{}, int64(0)
	for _, link := range o.rows(`SELECT "TrackId" FROM "PlaylistTrack" WHERE "PlaylistId" = %d ORDER BY "TrackId"`, id) {
		track := o.row(`SELECT "TrackId", "Name", "UnitPrice", "AlbumId", "Milliseconds" FROM "Track" WHERE "TrackId" = %d`, link["TrackId"])
		track["PlaylistId"], track["album"] = id, nil
		if track["AlbumId"] != nil {
			track["album"] = o.row(`SELECT "AlbumId", "Title" FROM "Album" WHERE "AlbumId" = %d`, track["AlbumId"])
		}
		milliseconds += track["Milliseconds"].(int64)
		tracks = append(tracks, track.without("AlbumId", "Milliseconds"))
	}
	doc["tracks"], doc["track_count"], doc["milliseconds"] = tracks, len(tracks), milliseconds
	return doc
}

func (o oracle) playlistKeys(id int64) object {
	doc := o.row(`SELECT * FROM "Playlist" WHERE "PlaylistId" = %d`, id)
	tracks := []any{}
	for _, link := range o.rows(`SELECT "TrackId" FROM "PlaylistTrack" WHERE "PlaylistId" = %d ORDER BY "TrackId" DESC`, id) {
		tracks = append(tracks, link["TrackId"])
	}
	doc["track_ids"] = tracks
	return doc
}

func (o oracle) playlistEntryKeys() []models.PlaylistTrackKey {
	var keys []models.PlaylistTrackKey
	for _, row := range o.rows(`SELECT * FROM "PlaylistTrack" ORDER BY "PlaylistId", "TrackId"`) {
		keys = append(keys, models.PlaylistTrackKey{PlaylistID: row["PlaylistId"].(int64), TrackID: row["TrackId"].(int64)})
	}
	return keys
}

func (o oracle) playlistEntry(key models.PlaylistTrackKey) object {
	doc := o.row(`SELECT * FROM "PlaylistTrack" WHERE "PlaylistId" = %d AND "TrackId" = %d`, key.PlaylistID, key.TrackID)
	doc["playlist_name"] = o.name("Playlist", key.PlaylistID)
	doc["track"] = o.row(`SELECT "TrackId", "Name" FROM "Track" WHERE "TrackId" = %d`, key.TrackID)
	return doc
}
