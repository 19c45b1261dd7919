INSERT INTO publishers (id, name, city) VALUES
    (1, 'Harbour Press', 'Rotterdam'),
    (2, 'Lantern & Sons', 'Edinburgh');
INSERT INTO publisher_links (id, publisher_id, url, position) VALUES
    (1, 1, 'https://harbour.example', 1),
    (2, 1, 'https://harbour.example/catalogue', 2),
    (3, 2, 'https://lantern.example', 1);
INSERT INTO categories (id, name, parent_id) VALUES
    (1, 'Fiction', NULL),
    (2, 'Science', NULL),
    (3, 'Sea stories', 1),
    (4, 'Mysteries', 1),
    (5, 'Astronomy', 2),
    (6, 'Telescopes', 5);
INSERT INTO tags (id, name) VALUES
    (1, 'classic'), (2, 'illustrated'), (3, 'for children'), (4, 'independent'), (5, 'prize winner');
INSERT INTO authors (id, first_name, last_name) VALUES
    (1, 'Mina', 'Okafor'), (2, 'Jonas', 'Reyer'), (3, 'Adela', 'Quist');
INSERT INTO author_links (id, author_id, url, position) VALUES
    (1, 1, 'https://okafor.example', 1),
    (2, 3, 'https://quist.example', 1),
    (3, 3, 'https://quist.example/lectures', 2);
INSERT INTO books (id, title, isbn, price_cents, publisher_id, category_id, published_at, deleted_at) VALUES
    (1, 'The Salt Road', '978-0-00-000001-1', 1890, 1, 3, '2019-03-14 00:00:00', NULL),
    (2, 'Nine Lamps', '978-0-00-000002-8', 1250, 2, 4, '2021-10-01 00:00:00', NULL),
    (3, 'A Handbook of Small Telescopes', '978-0-00-000003-5', 3400, 2, 6, '2017-06-20 00:00:00', NULL),
    (4, 'Letters from the Ice', '978-0-00-000004-2', 990, NULL, 3, '2012-01-09 00:00:00', NULL),
    (5, 'Withdrawn', '978-0-00-000005-9', 500, 1, 4, '2009-05-05 00:00:00', '2015-01-01 00:00:00');
INSERT INTO book_infos (id, book_id, pages, language, summary) VALUES
    (1, 1, 312, 'en', 'Three sisters carry salt across a sea that is drying up.'),
    (2, 3, 208, 'en', 'What to look at, and with what.');
INSERT INTO chapters (id, book_id, number, title) VALUES
    (1, 1, 1, 'Low water'), (2, 1, 2, 'The pans'), (3, 1, 3, 'Rain'),
    (4, 2, 1, 'The first lamp'), (5, 2, 2, 'The dark stair'),
    (6, 3, 1, 'Before you buy');
INSERT INTO reviews (id, book_id, rating, text, approved, created_at) VALUES
    (1, 1, 5, 'Could not put it down.', TRUE, '2020-01-02 08:30:00'),
    (2, 1, 4, 'Slow at first, then splendid.', TRUE, '2020-02-11 19:00:00'),
    (3, 1, 1, 'Buy cheap watches!', FALSE, '2020-02-12 03:00:00'),
    (4, 1, 5, 'My third time.', TRUE, '2022-07-30 12:15:00'),
    (5, 1, 3, 'Too much salt.', TRUE, '2023-04-01 10:00:00'),
    (6, 2, 4, 'Did not see it coming.', TRUE, '2022-01-05 21:45:00');
INSERT INTO book_authors (id, book_id, author_id, role, position) VALUES
    (1, 1, 1, 'author', 1), (2, 1, 2, 'illustrator', 2),
    (3, 2, 2, 'author', 1),
    (4, 3, 3, 'author', 1), (5, 3, 1, 'editor', 2),
    (6, 4, 3, 'author', 1),
    (7, 5, 2, 'author', 1);
INSERT INTO book_tags (book_id, tag_id) VALUES (1, 1), (1, 5), (2, 5), (3, 2), (3, 3), (4, 1);
INSERT INTO publisher_tags (publisher_id, tag_id) VALUES (1, 4), (2, 1), (2, 4);
