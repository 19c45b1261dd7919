CREATE TABLE publishers (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    city TEXT NOT NULL
);
CREATE TABLE publisher_links (
    id           INTEGER PRIMARY KEY,
    publisher_id INTEGER NOT NULL REFERENCES publishers (id),
    url          TEXT NOT NULL,
    position     INTEGER NOT NULL
);
CREATE TABLE categories (
    id        INTEGER PRIMARY KEY,
    name      TEXT NOT NULL,
    parent_id INTEGER REFERENCES categories (id)
);
CREATE TABLE tags (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL
);
CREATE TABLE authors (
    id         INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name  TEXT NOT NULL
);
CREATE TABLE author_links (
    id        INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    url       TEXT NOT NULL,
    position  INTEGER NOT NULL
);
CREATE TABLE books (
    id           INTEGER PRIMARY KEY,
    title        TEXT NOT NULL,
    isbn         TEXT NOT NULL,
    price_cents  INTEGER NOT NULL,
    publisher_id INTEGER REFERENCES publishers (id),
    category_id  INTEGER NOT NULL REFERENCES categories (id),
    published_at DATETIME NOT NULL,
    deleted_at   DATETIME
);
CREATE TABLE book_infos (
    id       INTEGER PRIMARY KEY,
    book_id  INTEGER NOT NULL UNIQUE REFERENCES books (id),
    pages    INTEGER NOT NULL,
    language TEXT NOT NULL,
    summary  TEXT NOT NULL
);
CREATE TABLE chapters (
    id      INTEGER PRIMARY KEY,
    book_id INTEGER NOT NULL REFERENCES books (id),
    number  INTEGER NOT NULL,
    title   TEXT NOT NULL
);
CREATE TABLE reviews (
    id         INTEGER PRIMARY KEY,
    book_id    INTEGER NOT NULL REFERENCES books (id),
    rating     INTEGER NOT NULL,
    text       TEXT NOT NULL,
    approved   BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL
);
CREATE TABLE book_authors (
    id        INTEGER PRIMARY KEY,
    book_id   INTEGER NOT NULL REFERENCES books (id),
    author_id INTEGER NOT NULL REFERENCES authors (id),
    role      TEXT NOT NULL,
    position  INTEGER NOT NULL
);
CREATE TABLE book_tags (
    book_id INTEGER NOT NULL REFERENCES books (id),
    tag_id  INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (book_id, tag_id)
);
CREATE TABLE publisher_tags (
    publisher_id INTEGER NOT NULL REFERENCES publishers (id),
    tag_id       INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (publisher_id, tag_id)
);
CREATE INDEX publisher_links_publisher ON publisher_links (publisher_id);
CREATE INDEX categories_parent ON categories (parent_id);
CREATE INDEX author_links_author ON author_links (author_id);
CREATE INDEX books_publisher ON books (publisher_id);
CREATE INDEX books_category ON books (category_id);
CREATE INDEX chapters_book ON chapters (book_id, number);
CREATE INDEX reviews_book ON reviews (book_id);
CREATE INDEX book_authors_book ON book_authors (book_id);
CREATE INDEX book_authors_author ON book_authors (author_id);
CREATE INDEX book_tags_tag ON book_tags (tag_id);
CREATE INDEX publisher_tags_tag ON publisher_tags (tag_id);
