//! Where a test kills or stops this process, and what it breaks on purpose.
//!
//! The code that has to survive a crash calls [`point`] at each place where a crash would be interesting; the
//! program in `faults/` then starts a process with a variable that names one of them, and looks at what is left in
//! the databases. [`mutant`] is asked where a known mistake could be made: a harness that does not notice the
//! mistake proves nothing.
//!
//! Both do something only with the feature `faults`, which is for tests. Without it they are empty and vanish.
//!
//! | variable | meaning |
//! |---|---|
//! | `MANYBASE_FAULT=name:nth:abort` | the nth time at `name`, the process is killed (SIGKILL: nothing is tidied up) |
//! | `MANYBASE_FAULT=name:nth:stop` | … it is stopped (SIGSTOP), until somebody lets it continue |
//! | `MANYBASE_FAULT_LOG=path` | each point that is reached is appended to the file, a name a line |
//! | `MANYBASE_MUTANT=name,name` | the mistakes to make |

/// A place where a test may kill or stop this process.
///
/// ```
/// // Nothing happens: no variable names it.
/// manybase_driver::fault::point("decision-before");
/// ```
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn point(_name: &'static str) {}

/// Whether the mistake of this name is to be made.
///
/// ```
/// assert!(!manybase_driver::fault::mutant("no-fence"));
/// ```
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn mutant(_name: &str) -> bool {
    false
}

#[cfg(feature = "faults")]
pub use active::{mutant, point};

#[cfg(feature = "faults")]
mod active {
    use std::collections::HashMap;
    use std::fs::{File, OpenOptions};
    use std::io::Write;
    use std::sync::{Mutex, OnceLock, PoisonError};

    use rustix::process::{Signal, getpid, kill_process};

    /// A place where a test may kill or stop this process.
    ///
    /// ```
    /// // Nothing happens: no variable names it.
    /// manybase_driver::fault::point("decision-before");
    /// ```
    pub fn point(name: &'static str) {
        let plan = plan();
        if plan.fault.is_none() && plan.log.is_none() {
            return;
        }
        let hit = plan.count(name);
        if let Some(mut log) = plan.log.as_ref() {
            // One write, so that lines of several processes do not mix.
            let _ = log.write_all(format!("{name}\n").as_bytes());
        }
        if let Some(fault) = &plan.fault
            && fault.name == name
            && fault.nth == hit
        {
            let _ = kill_process(getpid(), fault.signal);
            // A stop is taken by any thread of the process, maybe a moment later: this one must not get on meanwhile.
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    /// Whether the mistake of this name is to be made.
    ///
    /// ```
    /// assert!(!manybase_driver::fault::mutant("no-fence"));
    /// ```
    pub fn mutant(name: &str) -> bool {
        plan().mutants.iter().any(|mutant| mutant == name)
    }

    /// What the environment says, read once.
    struct Plan {
        fault: Option<Fault>,
        log: Option<File>,
        mutants: Vec<String>,
        hits: Mutex<HashMap<&'static str, u32>>,
    }

    #[derive(Debug, PartialEq, Eq)]
    pub(super) struct Fault {
        pub(super) name: String,
        pub(super) nth: u32,
        pub(super) signal: Signal,
    }

    impl Plan {
        fn count(&self, name: &'static str) -> u32 {
            let mut hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
            let hit = hits.entry(name).or_default();
            *hit += 1;
            *hit
        }
    }

    fn plan() -> &'static Plan {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        PLAN.get_or_init(|| Plan {
            fault: std::env::var("MANYBASE_FAULT").ok().and_then(|text| parse(&text)),
            log: std::env::var_os("MANYBASE_FAULT_LOG")
                .and_then(|path| OpenOptions::new().create(true).append(true).open(path).ok()),
            mutants: std::env::var("MANYBASE_MUTANT")
                .unwrap_or_default()
                .split(',')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            hits: Mutex::default(),
        })
    }

    /// `name:nth:abort` or `name:nth:stop`.
    pub(super) fn parse(text: &str) -> Option<Fault> {
        let mut parts = text.split(':');
        let (name, nth, action) = (parts.next()?, parts.next()?, parts.next()?);
        let signal = match action {
            "abort" => Signal::KILL,
            "stop" => Signal::STOP,
            _ => return None,
        };
        let nth = nth.parse().ok().filter(|nth| *nth > 0)?;
        (parts.next().is_none() && !name.is_empty()).then(|| Fault {
            name: name.to_owned(),
            nth,
            signal,
        })
    }
}

#[cfg(all(test, feature = "faults"))]
mod tests {
    use super::active::{Fault, parse};
    use rustix::process::Signal;

    #[test]
    fn reads_name_count_and_action() {
        let fault = |name: &str, nth, signal| {
            Some(Fault {
                name: name.into(),
                nth,
                signal,
            })
        };
        assert_eq!(
            parse("commit-after:1:abort"),
            fault("commit-after", 1, Signal::KILL)
        );
        assert_eq!(
            parse("work-before:12:stop"),
            fault("work-before", 12, Signal::STOP)
        );
        for wrong in [
            "",
            "a",
            "a:1",
            "a:0:abort",
            "a:x:abort",
            "a:1:sleep",
            "a:1:abort:b",
            ":1:abort",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
