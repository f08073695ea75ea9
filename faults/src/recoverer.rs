//! A process that finishes what others have left.

use std::time::Duration;

use manybase::RecoverySettings;

use crate::Result;
use crate::arguments::RecoverOptions;
use crate::spec::Spec;

const PAUSE: Duration = Duration::from_millis(50);

pub(crate) async fn run(options: &RecoverOptions) -> Result<()> {
    let db = Spec::read(&options.spec)?.open().await?;
    let mut settings = RecoverySettings::new().min_age(Duration::from_millis(options.min_age_ms));
    if let Some(keep) = options.prune_ms {
        settings = settings.prune(true).keep(Duration::from_millis(keep));
    }
    let mut rounds = 0;
    let over = || options.until.as_deref().is_some_and(std::path::Path::exists);
    while options.rounds.is_none_or(|limit| rounds < limit) && !over() {
        rounds += 1;
        // A server may be down; the next round tries again.
        if let Err(error) = db.recover_with(settings.clone()).await {
            eprintln!("recovery: {error}");
        }
        tokio::time::sleep(PAUSE).await;
    }
    db.close().await?;
    Ok(())
}
