//! A database takes the place of another one.
//!
//! Renaming is transactional: both names change at once, or none does. The server lets nobody in meanwhile, and refuses
//! while anybody is connected to one of them.

use super::admin::{Admin, identifier, is_there, there};
use manybase_driver::backup::{Progress, Reporter, Step, quoted_list, text_rows};
use manybase_driver::{Error, ErrorKind, Result};

/// Sessions, and transactions that are prepared: the server renames no database that has them.
const OTHERS: &str = "SELECT COALESCE(NULLIF(application_name, ''), 'a client without a name') || ' of ' \
     || COALESCE(usename::text, 'nobody') || CASE WHEN count(*) > 1 THEN ', ' || count(*) || ' times' ELSE '' END \
     FROM pg_catalog.pg_stat_activity WHERE datname::text = $1 AND pid <> pg_backend_pid() \
     AND backend_type = 'client backend' GROUP BY application_name, usename \
     UNION ALL SELECT 'the prepared transaction ' || gid FROM pg_catalog.pg_prepared_xacts WHERE database::text = $1 \
     ORDER BY 1";

/// What belongs to a database and is in no backup of it, as statements for another one: owner, limit, comment, grants,
/// settings. A setting that is a list of names is kept as SQL; all others are texts.
const OWN: &str = "WITH d AS (SELECT * FROM pg_catalog.pg_database WHERE datname::text = $1), \
     s AS (SELECT r.rolname, split_part(c, '=', 1) AS name, substr(c, strpos(c, '=') + 1) AS value FROM d \
       JOIN pg_catalog.pg_db_role_setting t ON t.setdatabase = d.oid \
       LEFT JOIN pg_catalog.pg_roles r ON r.oid = t.setrole CROSS JOIN unnest(t.setconfig) c) \
     SELECT 1 AS place, format('ALTER DATABASE %I OWNER TO %I', $2::text, pg_get_userbyid(datdba)) FROM d \
       WHERE datdba <> (SELECT datdba FROM pg_catalog.pg_database WHERE datname::text = $2) \
     UNION ALL SELECT 2, format('ALTER DATABASE %I CONNECTION LIMIT %s', $2::text, datconnlimit) FROM d WHERE datconnlimit >= 0 \
     UNION ALL SELECT 3, format('COMMENT ON DATABASE %I IS %L', $2::text, shobj_description(oid, 'pg_database')) FROM d \
       WHERE shobj_description(oid, 'pg_database') IS NOT NULL \
     UNION ALL SELECT 4, format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $2::text) FROM d WHERE datacl IS NOT NULL \
     UNION ALL SELECT 5, format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $2::text, \
       CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, \
       CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) FROM d CROSS JOIN aclexplode(d.datacl) a \
     UNION ALL SELECT 6, CASE WHEN rolname IS NULL THEN format('ALTER DATABASE %I', $2::text) \
       ELSE format('ALTER ROLE %I IN DATABASE %I', rolname, $2::text) END || format(' SET %I TO %s', name, \
       CASE WHEN lower(name) NOT IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', \
         'session_preload_libraries') THEN quote_literal(value) WHEN value IN ('', '\"\"') THEN '''''' ELSE value END) FROM s \
     ORDER BY 1, 2";

fn in_use(name: &str, who: &str) -> Error {
    let what = format!("others are connected to the database {name:?}{who}");
    Error::new(ErrorKind::InUse, what).with_help(
        "stop those programs, close connections of this one, finish what is prepared, then do it again",
    )
}

impl Admin {
    /// Fails when anybody is connected.
    pub(super) async fn alone(&mut self, name: &str) -> Result<()> {
        let rows = text_rows(&mut *self.connection, OTHERS, vec![name.into()]).await?;
        let others: Vec<_> = rows.into_iter().flatten().flatten().collect();
        match others.is_empty() {
            true => Ok(()),
            false => Err(in_use(name, &format!(": {}", quoted_list(&others)))),
        }
    }

    /// `new` becomes `live`, which becomes `kept`.
    pub(super) async fn swap(&mut self, live: &str, new: &str, kept: &str, report: &Reporter) -> Result<()> {
        report.tell(&Progress::of(Step::Swap, 0));
        let own = text_rows(&mut *self.connection, OWN, vec![live.into(), new.into()]).await?;
        let rename = |from, to| format!("ALTER DATABASE {} RENAME TO {}", identifier(from), identifier(to));
        let fail = |error: Error| match error.sqlstate() {
            _ if is_there(&error) => there(kept),
            Some("55006") => in_use(live, ""),
            _ => error,
        };
        // What fails ends the session, and with it the transaction.
        let mut sql = String::from("BEGIN");
        for statement in own.into_iter().filter_map(|row| row.into_iter().nth(1)?) {
            sql.push_str("; ");
            sql.push_str(&statement);
        }
        self.connection.script(sql).await?;
        self.connection.script(rename(live, kept)).await.map_err(fail)?;
        report.tell(&Progress::of(Step::Swap, 1));
        self.connection.script(rename(new, live)).await.map_err(fail)?;
        self.connection.script("COMMIT".to_owned()).await
    }

    /// Databases whose names begin like those of restores.
    pub(super) async fn left(&mut self, begin: &str) -> Result<Vec<String>> {
        let sql = "SELECT datname::text FROM pg_catalog.pg_database WHERE starts_with(datname::text, $1) ORDER BY 1";
        let rows = text_rows(&mut *self.connection, sql, vec![begin.into()]).await?;
        let names = rows.into_iter().flatten().flatten();
        Ok(names
            .map(|name| format!("{name}: DROP DATABASE {}", identifier(&name)))
            .collect())
    }
}
