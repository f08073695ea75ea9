-- Films for rent: two keys to one table, a table with one row for each row of another, a table named as a type.
CREATE TABLE language (language_id tinyint unsigned AUTO_INCREMENT PRIMARY KEY, name char(20) NOT NULL);
CREATE TABLE film (
    film_id smallint unsigned AUTO_INCREMENT PRIMARY KEY,
    title varchar(128) NOT NULL,
    release_year year,
    language_id tinyint unsigned NOT NULL,
    original_language_id tinyint unsigned,
    rating enum('G', 'PG', 'PG-13', 'R', 'NC-17') DEFAULT 'G',
    rental_rate decimal(4, 2) NOT NULL DEFAULT 4.99,
    special_features set('Trailers', 'Deleted Scenes'),
    place geometry,
    last_update timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    uuid uuid,
    KEY idx_title (title(20)),
    CONSTRAINT fk_film_language FOREIGN KEY (language_id) REFERENCES language (language_id),
    CONSTRAINT fk_film_original FOREIGN KEY (original_language_id) REFERENCES language (language_id)
);
CREATE TABLE film_text (
    film_id smallint unsigned PRIMARY KEY,
    `text` text NOT NULL,
    CONSTRAINT fk_text_film FOREIGN KEY (film_id) REFERENCES film (film_id) ON DELETE CASCADE
);
CREATE TABLE `option` (`match` varchar(10) PRIMARY KEY, `self` boolean NOT NULL, `2nd` json, `%` text);
CREATE TABLE staff (
    staff_id tinyint unsigned AUTO_INCREMENT PRIMARY KEY, store_id int, active tinyint(1) NOT NULL DEFAULT 1
);
CREATE TABLE store (
    store_id int AUTO_INCREMENT PRIMARY KEY,
    manager_staff_id tinyint unsigned NOT NULL UNIQUE,
    CONSTRAINT fk_store_manager FOREIGN KEY (manager_staff_id) REFERENCES staff (staff_id)
);
ALTER TABLE staff ADD CONSTRAINT fk_staff_store FOREIGN KEY (store_id) REFERENCES store (store_id);
-- To a column that is no key.
CREATE TABLE country (id int AUTO_INCREMENT PRIMARY KEY, iso char(2) NOT NULL UNIQUE, name text);
CREATE TABLE city (id int AUTO_INCREMENT PRIMARY KEY, country_code char(2),
    CONSTRAINT fk_city_country FOREIGN KEY (country_code) REFERENCES country (iso));
-- A view: an enum, a padded text and what is calculated, under names that are none.
CREATE VIEW film_list AS SELECT f.film_id AS `FID`, f.title, l.name AS `language (name)`, f.rating, f.rental_rate * 2 AS `2x Rate %`,
    CHAR_LENGTH(f.title) AS `type` FROM film f JOIN language l USING (language_id);
