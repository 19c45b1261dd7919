package models

// Artist has recorded albums. The document is a discography with its sales.
//
//denorm:table Artist
//denorm:collection artists
//denorm:include Albums order=AlbumID omit=ArtistID
//denorm:include Tracks flatten=Name as=TrackNames order="Milliseconds desc, TrackID" limit=5
//denorm:count Albums as=AlbumCount
//denorm:count Albums.Tracks as=TrackCount
//denorm:count Albums.Tracks as=Albums.TrackCount
//denorm:sum Albums.Tracks.InvoiceLines "Quantity * UnitPrice" as=TotalSales
type Artist struct {
	ArtistID int64   `db:"ArtistId"`
	Name     *string `db:"Name"`

	//denorm:hasmany ArtistID
	Albums []Album
	//denorm:hasmany via=Albums.Tracks
	Tracks []Track
}

// Album is a record of one artist.
//
//denorm:table Album
//denorm:collection albums
//denorm:include Artist
//denorm:include Tracks order=TrackID
//denorm:include Tracks.Genre
//denorm:include Tracks.MediaType
//denorm:collection album_cards doc=AlbumCard
//denorm:fields AlbumID,Title
//denorm:include Artist flatten=Name as=ArtistName
//denorm:include LongTracks type=AlbumCardTrack fields=Name,Milliseconds order="Milliseconds desc" limit=3
//denorm:include LongTracks.Genre flatten=Name as=GenreName
//denorm:count Tracks as=TrackCount
//denorm:count LongTracks as=LongTrackCount
//denorm:sum Tracks.Milliseconds as=Milliseconds
//denorm:avg Tracks.Milliseconds as=AverageMilliseconds
//denorm:avg Tracks.UnitPrice as=AveragePrice
//denorm:min Tracks.Milliseconds as=Shortest
//denorm:max Tracks.Milliseconds as=Longest
type Album struct {
	AlbumID  int64  `db:"AlbumId"`
	Title    string `db:"Title"`
	ArtistID int64  `db:"ArtistId"`

	Artist *Artist
	Tracks []Track
	//denorm:hasmany AlbumID when="Milliseconds >= 300000"
	LongTracks []*Track
}

// Genre is a kind of music, or of video.
//
//denorm:table Genre
type Genre struct {
	GenreID int64   `db:"GenreId"`
	Name    *string `db:"Name"`

	Tracks []Track
}

// A genre's longest tracks, by their key; written apart from the model.
//
//denorm:collection genre_charts of=Genre doc=GenreChart where="GenreID != 25"
//denorm:include Tracks by=TrackID fields=TrackID,Name,Milliseconds order="Milliseconds desc" limit=3
//denorm:include Tracks.Album fields=Title
//denorm:include Tracks.Album.Artist flatten=Name as=ArtistName
//denorm:count Tracks as=TrackCount
//denorm:sum Tracks.InvoiceLines "Quantity * UnitPrice" as=TotalSales

// MediaType is a file format.
//
//denorm:table MediaType
//denorm:collection media_types
//denorm:count Tracks as=TrackCount
//denorm:count Tracks as=DearTrackCount where="UnitPrice > 1"
type MediaType struct {
	MediaTypeID int64   `db:"MediaTypeId"`
	Name        *string `db:"Name"`

	Tracks []Track
}
