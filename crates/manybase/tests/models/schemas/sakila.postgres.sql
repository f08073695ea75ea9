-- Films for rent: two keys to one table, a table with one row for each row of another, a table named as a type.
CREATE TYPE mpaa_rating AS ENUM ('G', 'PG', 'PG-13', 'R', 'NC-17');
CREATE DOMAIN year AS integer CHECK (VALUE BETWEEN 1901 AND 2155);
CREATE TABLE language (language_id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name char(20) NOT NULL);
CREATE TABLE film (
    film_id serial PRIMARY KEY,
    title text NOT NULL,
    release_year year,
    language_id smallint NOT NULL REFERENCES language,
    original_language_id smallint REFERENCES language,
    rating mpaa_rating DEFAULT 'G',
    rental_rate numeric(4, 2) NOT NULL DEFAULT 4.99,
    special_features text[],
    fulltext tsvector,
    last_update timestamptz NOT NULL DEFAULT now(),
    uuid uuid
);
CREATE TABLE film_text (film_id int PRIMARY KEY REFERENCES film ON DELETE CASCADE, "text" text NOT NULL);
CREATE TABLE "option" (
    "match" varchar(10) PRIMARY KEY, "self" boolean NOT NULL, "2nd" jsonb, "%" text
);
CREATE TABLE rating_note (rating mpaa_rating PRIMARY KEY, note text);
CREATE UNIQUE INDEX one_second ON "option" ("2nd") WHERE "self";
CREATE TABLE staff (staff_id serial PRIMARY KEY, store_id int, active boolean NOT NULL DEFAULT true);
CREATE TABLE store (store_id serial PRIMARY KEY, manager_staff_id int NOT NULL UNIQUE REFERENCES staff);
ALTER TABLE staff ADD CONSTRAINT staff_store FOREIGN KEY (store_id) REFERENCES store;
CREATE MATERIALIZED VIEW films_per_language AS SELECT language_id, count(*) FROM film GROUP BY language_id;
CREATE TABLE payment (payment_id bigint NOT NULL, paid_on date NOT NULL, amount numeric NOT NULL,
    PRIMARY KEY (payment_id, paid_on)) PARTITION BY RANGE (paid_on);
CREATE TABLE payment_2026 PARTITION OF payment FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- To a column that is no key.
CREATE TABLE country (id serial PRIMARY KEY, iso char(2) NOT NULL UNIQUE, name text);
CREATE TABLE city (id serial PRIMARY KEY, country_code char(2) REFERENCES country (iso));
-- Views: an enum, a padded text and what is calculated, under names that are none.
CREATE VIEW film_list AS SELECT f.film_id AS "FID", f.title, l.name AS "language (name)", f.rating, f.rental_rate * 2 AS "2x Rate %",
    length(f.title) AS type, f.place_of FROM (SELECT *, special_features AS place_of FROM film) f JOIN language l USING (language_id);
