//! How the tools are told where to go: by a file of options, because a command line can be read by everybody.

use super::tools::Server;
use crate::MysqlDriver;
use manybase_driver::{Error, ErrorKind, Result};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A value as a file of options has it.
fn quoted(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for c in value.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The text of the file. `encrypted` says what the driver's own connection has come to.
pub(super) fn text(driver: &MysqlDriver, server: Server, encrypted: bool) -> String {
    let parts = driver.parts();
    let mut text = String::from("[client]\n");
    let mut set = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}={}", quoted(value));
    };
    match parts.params.get("socket") {
        Some(socket) => set("socket", socket),
        None => {
            set("host", parts.host.as_deref().unwrap_or("127.0.0.1"));
            set("port", &parts.port.unwrap_or(3306).to_string());
            set("protocol", "tcp");
        }
    }
    if let Some(user) = &parts.user {
        set("user", user);
    }
    if let Some(password) = &parts.password {
        set("password", password.expose());
    }
    set("default-character-set", "utf8mb4");
    let verified = parts
        .params
        .get("sslmode")
        .is_some_and(|mode| mode == "verify-full");
    if let Some(roots) = parts.params.get("sslrootcert") {
        set("ssl-ca", roots);
    }
    match (server, encrypted) {
        (Server::MySql, true) if verified => set("ssl-mode", "VERIFY_IDENTITY"),
        (Server::MySql, true) => set("ssl-mode", "REQUIRED"),
        (Server::MySql, false) => set("ssl-mode", "DISABLED"),
        (Server::MariaDb, false) => text.push_str("skip-ssl\n"),
        (Server::MariaDb, true) if verified => text.push_str("ssl\nssl-verify-server-cert\n"),
        (Server::MariaDb, true) => text.push_str("ssl\nskip-ssl-verify-server-cert\n"),
    }
    text
}

/// A file that only this user can read, in a directory of its own. It goes when this is dropped, or as soon as the tool has
/// read it.
#[derive(Debug)]
pub(super) struct OptionsFile {
    directory: PathBuf,
}

impl OptionsFile {
    pub(super) fn write(text: &str) -> Result<Self> {
        let name = format!("manybase-{}", uuid::Uuid::new_v4().simple());
        let directory = std::env::temp_dir().join(name);
        let fail = |error: std::io::Error| {
            let what = format!("{} can't be written: {error}", directory.display());
            Error::new(ErrorKind::Database, what).with_help("check the directory for temporary files")
        };
        let mut builder = std::fs::DirBuilder::new();
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        builder.create(&directory).map_err(fail)?;
        let file = Self {
            directory: directory.clone(),
        };
        options
            .open(file.path())
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(fail)?;
        Ok(file)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.join("options.cnf")
    }
}

impl Drop for OptionsFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.directory) {
            let path = self.directory.display();
            tracing::warn!(target: "manybase::mysql", %path, %error, "a file with a password is left behind");
        }
    }
}

/// The option that names it, which has to be the first.
pub(super) fn argument(path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from("--defaults-file=");
    argument.push(path);
    argument
}

#[cfg(test)]
mod tests {
    use super::*;
    use manybase_driver::{Address, ConnectOptions};

    #[test]
    fn odd_passwords_are_quoted() {
        assert_eq!(quoted("a\"b\\c#d 'e"), r#""a\"b\\c#d 'e""#);
        let address = Address::parse("mariadb://ann:x%22y@h:3307/d").expect("good");
        let driver = MysqlDriver::new(&address, &ConnectOptions::default()).expect("good");
        let text = text(&driver, Server::MariaDb, true);
        assert!(
            text.contains("password=\"x\\\"y\"\n") && text.contains("port=\"3307\"\n"),
            "{text}"
        );
        assert!(text.ends_with("ssl\nskip-ssl-verify-server-cert\n"), "{text}");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_it_and_it_goes() {
        use std::os::unix::fs::PermissionsExt;
        let file = OptionsFile::write("[client]\n").expect("written");
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&file.directory), mode(&file.path())), (0o700, 0o600));
        let path = file.path();
        drop(file);
        assert!(!path.exists());
    }
}
