-- The database and its accounts. `kontor accounts` fills this in from the configuration and writes it to standard
-- output, for the database's administrator; it is idempotent. grants.sql, which `kontor migrate` runs, holds the
-- rights of each account. A line with a password is omitted when the configuration names no password file, and DROP USER
-- unless db.login_from narrows the accounts.

CREATE DATABASE IF NOT EXISTS @db@ CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
-- It may have been made with another collation, which its tables would then have.
ALTER DATABASE @db@ CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE USER IF NOT EXISTS @web@;
ALTER USER @web@ IDENTIFIED BY @web_password@;
CREATE USER IF NOT EXISTS @jobs@;
ALTER USER @jobs@ IDENTIFIED BY @jobs_password@;
CREATE USER IF NOT EXISTS @tool@;
ALTER USER @tool@ IDENTIFIED BY @tool_password@;
CREATE USER IF NOT EXISTS @backup@;
ALTER USER @backup@ IDENTIFIED BY @backup_password@;
DROP USER IF EXISTS @web_anywhere@;
DROP USER IF EXISTS @jobs_anywhere@;
DROP USER IF EXISTS @tool_anywhere@;
DROP USER IF EXISTS @backup_anywhere@;

-- The operator's tool owns the shop's database. Trial restores of backups create and drop databases of their own.
GRANT ALL PRIVILEGES ON @db@.* TO @tool@ WITH GRANT OPTION;
GRANT ALL PRIVILEGES ON @trial@.* TO @backup@;
