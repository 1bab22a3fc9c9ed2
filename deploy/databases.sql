-- Beside `review`, which the image makes itself. Each store has a database of its own: two have a table `events`.
CREATE DATABASE facts;
CREATE DATABASE conversations;
