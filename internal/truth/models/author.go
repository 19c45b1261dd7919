package models

// Author writes books, learns from a mentor and has one profile, or so it should be.
//
//denorm:collection authors
//denorm:omit RegionCode
//denorm:include Region flatten=Name
//denorm:include Profile as=About fields=Bio
//denorm:include Profile.Comments fields=Text,CreatedAt order="CreatedAt desc nulls last" limit=2
//denorm:include Mentor fields=FirstName depth=2
//denorm:include Mentees fields=FirstName,Born order="Born desc nulls first" limit=3 depth=3
//denorm:include Mentees.Profile fields=Bio
//denorm:include Mentees.Profile.Comments flatten=Score order="Score desc" limit=2
//denorm:count Mentees.Mentees as=Mentees.MenteeCount
//denorm:include Books fields=Title,through.Role order="through.Position, Title desc" limit=3
//denorm:include Books.Comments fields=Text,CreatedAt order="CreatedAt desc" limit=2 where="Score >= -1"
//denorm:include Books.Publisher flatten=Name
//denorm:include Shelves fields=Name
type Author struct {
	ID         int64   `db:"id"`
	FirstName  string  `db:"first_name"`
	LastName   *string `db:"last_name"`
	Born       *int    `db:"born"`
	RegionCode *string `db:"region_code"`
	MentorID   *int64  `db:"mentor_id"`

	//denorm:belongsto RegionCode
	Region *Region
	Mentor *Author
	//denorm:hasmany MentorID
	Mentees []Author
	Profile *Profile
	//denorm:manytomany through=Authorship
	Books []Book
	//denorm:hasmany via=Books.Shelves
	Shelves []Shelf
}

// FullName is the first name and, if known, the last.
//
//denorm:computed
func (a *Author) FullName() string {
	if a.LastName == nil {
		return a.FirstName
	}
	return a.FirstName + " " + *a.LastName
}

// Seniority is the number of decades before 2000.
//
//denorm:computed
func (a Author) Seniority() int {
	if a.Born == nil {
		return -1
	}
	return (2000 - *a.Born) / 10
}

// Authorship says what part an author had in a book.
type Authorship struct {
	ID       int64  `db:"id"`
	BookID   int64  `db:"book_id"`
	AuthorID *int64 `db:"author_id"`
	Role     string `db:"role"`
	Position *int   `db:"position"`
}

// Profile is what is told about an author.
//
//denorm:where Visible
type Profile struct {
	ID       int64   `db:"id"`
	AuthorID int64   `db:"author_id"`
	Bio      *string `db:"bio"`
	Visible  bool    `db:"visible"`

	//denorm:hasmany SubjectID when=`SubjectType == "profile"`
	Comments []Comment
}
