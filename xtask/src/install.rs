//! Debian packages, without a question and without starting their services.

use std::env;
use std::process::{Command, Stdio};

use crate::failure::{Context, Failure, Result};

/// A script, because its `trap` cleans up even when the user interrupts us.
const SCRIPT: &str = include_str!("../templates/install.sh");
/// Where Debian's packages ask whether they may start their services.
const POLICY: &str = "/usr/sbin/policy-rc.d";

pub(crate) fn debian_packages(packages: &[&str]) -> Result<()> {
    install(POLICY, packages, &env::var("PATH").unwrap_or_default())
}

fn install(policy: &str, packages: &[&str], path: &str) -> Result<()> {
    let status = Command::new("sh")
        .args(["-c", SCRIPT, "install.sh", policy])
        .args(packages)
        .env("PATH", path)
        .stdin(Stdio::null())
        .status()
        .context(|| "cannot start sh".into())?;
    if status.success() {
        return Ok(());
    }
    let command = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    Err(Failure::new(format!(
        "apt-get failed ({status}); look at its message above, then try `{command}`"
    )))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::sync::Mutex;

    use super::*;

    /// A program that one thread has just written cannot start while another thread forks ("text file busy").
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    /// Runs the script with an apt-get that writes down how it was called and what the policy said.
    fn with_fake_apt(dir: &Path, exit: u8) -> (Result<()>, String) {
        let _guard = ONE_AT_A_TIME.lock();
        let fake = format!(
            "#!/bin/sh\ncd {dir}\necho \"$* | $DEBIAN_FRONTEND $RUNLEVEL\" >> calls\n\
             [ \"$1\" = update ] && exit 1\ncat policy >> calls\nexit {exit}\n",
            dir = dir.display()
        );
        fs::write(dir.join("apt-get"), fake).expect("a file");
        fs::set_permissions(dir.join("apt-get"), fs::Permissions::from_mode(0o755)).expect("executable");
        let policy = dir.join("policy");
        let path = format!("{}:{}", dir.display(), env::var("PATH").expect("a path"));
        let outcome = install(
            policy.to_str().expect("UTF-8"),
            &["postgresql", "mariadb-server"],
            &path,
        );
        (
            outcome,
            fs::read_to_string(dir.join("calls")).expect("apt-get was called"),
        )
    }

    #[test]
    fn installs_quietly_and_removes_its_policy() {
        let dir = tempfile::tempdir().expect("a directory");
        let (outcome, calls) = with_fake_apt(dir.path(), 0);
        assert!(outcome.is_ok());
        assert!(calls.starts_with("update | noninteractive 1\n"), "{calls}");
        assert!(calls.contains("install -y --no-install-recommends"), "{calls}");
        assert!(
            calls.contains("postgresql mariadb-server | noninteractive 1"),
            "{calls}"
        );
        assert!(calls.contains("exit 101"), "services must not start: {calls}");
        assert!(!dir.path().join("policy").exists());
    }

    #[test]
    fn keeps_a_policy_that_was_there() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("policy"), "mine").expect("a file");
        assert!(with_fake_apt(dir.path(), 0).0.is_ok());
        assert_eq!(
            fs::read_to_string(dir.path().join("policy")).expect("kept"),
            "mine"
        );
    }

    #[test]
    fn a_failure_says_what_to_try_and_cleans_up() {
        let dir = tempfile::tempdir().expect("a directory");
        let failure = with_fake_apt(dir.path(), 100).0.expect_err("apt-get failed");
        assert!(
            failure
                .message()
                .contains("apt-get install --no-install-recommends postgresql")
        );
        assert!(!dir.path().join("policy").exists());
    }
}
