//! The people of the demo, with the well-known development keys that anvil funds.

use alloy::primitives::{Address, B256, b256};
use alloy::signers::local::PrivateKeySigner;

/// Keys 0 to 13 of the mnemonic "test test test test test test test test test test test junk".
/// Everybody knows them: they are worth nothing outside a local chain.
const DEVELOPMENT_KEYS: [B256; 14] = [
    b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    b256!("f214f2b2cd398c806f84e317254e0f0b801d0643303237d97a22a48e01628897"),
    b256!("701b615bbdfb9de65240bc28bd21bbc0d996645a3dd57e7b12bc2bdf6f192c82"),
    b256!("a267530f49f8280200edf313ee7af6b827f2a8bce2897751d06a843f644967b1"),
    b256!("47c99abed3324a2707c28affff1267e45918ec8c3f20b8aa892e8b065d2942dd"),
];

/// How many accounts the development chain must fund.
pub const ACTOR_COUNT: usize = DEVELOPMENT_KEYS.len();

/// Somebody with a name and a funded key.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The name in `stack.json` and in the summary.
    pub name: &'static str,
    /// Signs transactions and messages.
    pub signer: PrivateKeySigner,
}

impl Actor {
    /// Where its money is.
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// The key, for files and environment variables of a *local* chain.
    pub fn private_key(&self) -> B256 {
        self.signer.to_bytes()
    }
}

/// Everybody who takes part.
#[derive(Debug, Clone)]
pub struct Actors {
    /// Deploys the contracts.
    pub deployer: Actor,
    /// Owns upgrades and settings.
    pub operator: Actor,
    /// Sells honest files.
    pub creator: Actor,
    /// Registers one thing and encrypts another.
    pub bad_creator: Actor,
    /// Buys, fetches, proves, pays.
    pub company1: Actor,
    /// Buys, is never served, takes its money back.
    pub company2: Actor,
    /// Buys from the bad creator and files a dispute.
    pub company3: Actor,
    /// Rules on disputes.
    pub arbitrator: Actor,
    /// Receives the fee.
    pub platform: Actor,
    /// Signs heads and key deliveries for the creator.
    pub meter: Actor,
    /// Signs for the bad creator's meter.
    pub bad_meter: Actor,
    /// May pause new business, and nothing else.
    pub guardian: Actor,
    /// Says how well creators are known.
    pub attester: Actor,
    /// A stranger, for whatever needs no permission.
    pub anyone: Actor,
}

impl Actors {
    /// The development actors: the same on every run.
    pub fn development() -> Self {
        let actor = |index: usize, name| Actor {
            name,
            signer: PrivateKeySigner::from_bytes(&DEVELOPMENT_KEYS[index])
                .expect("the constants are valid secp256k1 keys"),
        };
        Self {
            deployer: actor(0, "deployer"),
            operator: actor(1, "operator"),
            creator: actor(2, "creator"),
            bad_creator: actor(3, "bad_creator"),
            company1: actor(4, "company1"),
            company2: actor(5, "company2"),
            company3: actor(6, "company3"),
            arbitrator: actor(7, "arbitrator"),
            platform: actor(8, "platform"),
            meter: actor(9, "meter"),
            bad_meter: actor(10, "bad_meter"),
            anyone: actor(11, "anyone"),
            guardian: actor(12, "guardian"),
            attester: actor(13, "attester"),
        }
    }

    /// All of them, in a fixed order.
    pub fn all(&self) -> [&Actor; ACTOR_COUNT] {
        [
            &self.deployer,
            &self.operator,
            &self.creator,
            &self.bad_creator,
            &self.company1,
            &self.company2,
            &self.company3,
            &self.arbitrator,
            &self.platform,
            &self.meter,
            &self.bad_meter,
            &self.anyone,
            &self.guardian,
            &self.attester,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::address;

    #[test]
    fn actors_are_the_accounts_that_anvil_funds() {
        let actors = Actors::development();
        assert_eq!(actors.deployer.address(), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        assert_eq!(actors.anyone.address(), address!("71bE63f3384f5fb98995898A86B02Fb2426c5788"));
    }

    #[test]
    fn nobody_is_somebody_else() {
        let actors = Actors::development();
        let mut names: Vec<_> = actors.all().iter().map(|actor| actor.name).collect();
        let mut addresses: Vec<_> = actors.all().iter().map(|actor| actor.address()).collect();
        names.sort_unstable();
        names.dedup();
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!((names.len(), addresses.len()), (ACTOR_COUNT, ACTOR_COUNT));
    }
}
