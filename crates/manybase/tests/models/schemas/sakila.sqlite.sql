-- Films for rent: two keys to one table, a table with one row for each row of another, a table named as a type.
CREATE TABLE language (language_id INTEGER PRIMARY KEY, name CHAR(20) NOT NULL);
CREATE TABLE film (
    film_id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    release_year INT,
    language_id INT NOT NULL REFERENCES language,
    original_language_id INT REFERENCES language,
    rating TEXT DEFAULT 'G' CHECK (rating IN ('G', 'PG', 'PG-13', 'R', 'NC-17')),
    rental_rate DECIMAL_TEXT(4, 2) NOT NULL DEFAULT '4.99',
    special_features BLOB,
    last_update TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    uuid UUID
);
CREATE TABLE film_text (film_id INTEGER PRIMARY KEY REFERENCES film ON DELETE CASCADE, "text" TEXT NOT NULL);
CREATE TABLE "option" ("match" VARCHAR(10) PRIMARY KEY, "self" BOOLEAN NOT NULL, "2nd" JSON_TEXT, "%" TEXT);
CREATE UNIQUE INDEX one_second ON "option" ("2nd") WHERE "self" = 1;
CREATE TABLE store (
    store_id INTEGER PRIMARY KEY,
    manager_staff_id INT NOT NULL UNIQUE REFERENCES staff (staff_id)
);
CREATE TABLE staff (staff_id INTEGER PRIMARY KEY, store_id INT REFERENCES store, active BOOLEAN NOT NULL DEFAULT 1);
-- To a column that is no key.
CREATE TABLE country (id INTEGER PRIMARY KEY, iso CHAR(2) NOT NULL UNIQUE, name TEXT);
CREATE TABLE city (id INTEGER PRIMARY KEY, country_code CHAR(2) REFERENCES country (iso));
-- A view: a list of values, and what is calculated, under names that are none.
CREATE VIEW film_list AS SELECT f.film_id AS "FID", f.title, l.name AS "language (name)", f.rating, f.rental_rate AS "2x Rate %",
    CAST(length(f.title) AS INTEGER) AS type FROM film f JOIN language l USING (language_id);
