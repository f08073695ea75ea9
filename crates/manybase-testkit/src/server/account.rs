//! Whom a server runs as: PostgreSQL refuses root, so root hands it to an unprivileged account.

use std::os::unix::process::CommandExt;
use std::process::Command;

use super::skip::Skipped;

/// An account of the operating system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Whether it differs from ours, so that processes have to change to it and files have to be given to it.
    pub(crate) foreign: bool,
}

impl Account {
    /// Ourselves, or, when we are root, the first of `names` that exists.
    pub(crate) fn unprivileged(server: &str, names: &[&str]) -> Result<Self, Skipped> {
        let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
        if !uid.is_root() {
            return Ok(Self {
                uid: uid.as_raw(),
                gid: gid.as_raw(),
                foreign: false,
            });
        }
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        names.iter().find_map(|name| find(&passwd, name)).ok_or_else(|| {
            Skipped::new(
                server,
                format!("run as root, and none of the users {names:?} exists"),
            )
        })
    }

    /// Makes `command` run as this account. The standard library also drops root's supplementary groups.
    pub(crate) fn take_on<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        if self.foreign {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Gives a file or directory of ours to the account.
    pub(crate) fn own(&self, path: &std::path::Path) -> std::io::Result<()> {
        if self.foreign {
            std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }
}

fn find(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let mut numbers = fields.skip(1).map(|field| field.parse::<u32>().ok());
        Some(Account {
            uid: numbers.next()??,
            gid: numbers.next()??,
            foreign: true,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_uid_and_gid_in_passwd() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:PostgreSQL:/var:/bin/bash\n";
        let account = find(passwd, "postgres").unwrap();
        assert_eq!((account.uid, account.gid), (101, 104));
        assert_eq!(find(passwd, "mysql"), None);
    }
}
