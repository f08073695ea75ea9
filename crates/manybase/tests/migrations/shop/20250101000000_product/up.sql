CREATE TABLE product (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL);
INSERT INTO product (id, name) VALUES (1, 'Valve');
