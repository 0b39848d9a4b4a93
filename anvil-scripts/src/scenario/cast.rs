//! Who takes part, each with a wallet of their own.

use anyhow::Result;
use cli::Session;

use crate::Stack;

/// The people's sessions.
pub struct Cast {
    pub creator: Session,
    pub bad_creator: Session,
    pub company1: Session,
    pub company2: Session,
    pub company3: Session,
    pub arbitrator: Session,
    pub platform: Session,
    pub anyone: Session,
}

impl Cast {
    /// Opens a session for everybody.
    pub async fn assemble(stack: &Stack) -> Result<Self> {
        let actors = &stack.actors;
        Ok(Self {
            creator: stack.session(actors.creator.name).await?,
            bad_creator: stack.session(actors.bad_creator.name).await?,
            company1: stack.session(actors.company1.name).await?,
            company2: stack.session(actors.company2.name).await?,
            company3: stack.session(actors.company3.name).await?,
            arbitrator: stack.session(actors.arbitrator.name).await?,
            platform: stack.session(actors.platform.name).await?,
            anyone: stack.session(actors.anyone.name).await?,
        })
    }
}
