//! The command line: one subcommand per thing that a creator, a company or an arbitrator does.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::{
    command::{
        ceremony, completions, content, deploy, dispute, escrow, key, license, meter, offer, prover, usage, verify,
        wallet,
    },
    failure::Failure,
    output::Output,
    session::Session,
};

const AFTER_HELP: &str = "\
Examples:
  datavault content register penguins.json --title 'Palmer penguins' --license CC0-1.0
  datavault offer set 0x5c1… --key --price 25.00 --token dUSD
  datavault license buy 1 --max-total 25
  datavault key receive 1 --out penguins.json

Keys:
  --keystore or DATAVAULT_KEYSTORE       an encrypted keystore; `datavault wallet new` makes one
  DATAVAULT_PASSWORD_FILE                its password, if nobody is there to type it
  DATAVAULT_PRIVATE_KEY                  a key in the environment
  DATAVAULT_ACTOR                        an account of the development network, such as `creator`

Exit codes:
  0 done   1 failed   2 wrong arguments   3 does not exist, or not in a state that allows this
  4 no answer from node, meter or API     5 a hash, signature or proof does not fit";

/// License content, prove its use, and be paid, on a chain that holds the money until both did their part.
#[derive(Debug, Parser)]
#[command(name = "datavault", version, after_help = AFTER_HELP, propagate_version = true)]
pub struct Arguments {
    /// What applies to every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What applies to every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Network: `dev`, a name from datavault.toml, or a .toml or stack.json file
    #[arg(long, global = true, env = "DATAVAULT_NETWORK", default_value = "dev", value_name = "NAME|FILE")]
    pub network: String,
    /// Print JSON, and errors as JSON on stderr
    #[arg(long, global = true)]
    pub json: bool,
    /// Do not ask before a transaction is sent; nobody is asked with --json or without a terminal either
    #[arg(long, short = 'y', global = true)]
    pub yes: bool,
    /// Encrypted keystore to sign with
    #[arg(long, global = true, env = "DATAVAULT_KEYSTORE", value_name = "FILE")]
    pub keystore: Option<PathBuf>,
    /// File that holds the keystore's password
    #[arg(long, global = true, env = "DATAVAULT_PASSWORD_FILE", value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Encrypt, describe and register files; fetch what is served
    #[command(subcommand)]
    Content(ContentCommand),
    /// Terms at which content is licensed
    #[command(subcommand)]
    Offer(OfferCommand),
    /// Buy licenses, renew, end and pass them on
    #[command(subcommand)]
    License(LicenseCommand),
    /// Deliver content keys with a proof, and receive them
    #[command(subcommand)]
    Key(KeyCommand),
    /// Run the service that delivers keys, serves and countersigns
    #[command(subcommand)]
    Meter(MeterCommand),
    /// Prove and settle metered use
    #[command(subcommand)]
    Usage(UsageCommand),
    /// Money that is held, and taking it out
    #[command(subcommand)]
    Escrow(EscrowCommand),
    /// Have a payment ruled on
    #[command(subcommand)]
    Dispute(DisputeCommand),
    /// Prove many events: jobs in Postgres and workers; files for other provers
    #[command(subcommand)]
    Prover(prover::Command),
    /// Check a settled proof from its bundle alone
    Verify(verify::Args),
    /// Make proving keys with others, so that nobody can forge proofs
    #[command(subcommand)]
    Ceremony(ceremony::Command),
    /// The key that signs
    #[command(subcommand)]
    Wallet(WalletCommand),
    /// Put the contracts on a chain
    Deploy(Box<deploy::Args>),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

/// Defines a noun's subcommands: variant, module, help.
macro_rules! verbs {
    ($(#[$doc:meta])* $name:ident in $noun:ident { $($(#[$vdoc:meta])* $variant:ident = $verb:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Subcommand)]
        pub enum $name { $($(#[$vdoc])* $variant(Box<$noun::$verb::Args>)),+ }

        impl $name {
            async fn run(self, session: &Session) -> Result<Box<dyn Output>, Failure> {
                match self {
                    $(Self::$variant(args) => Ok(Box::new($noun::$verb::run(session, *args).await?))),+
                }
            }
        }
    };
}

verbs!(
    /// `datavault content`.
    ContentCommand in content {
        /// Encrypt a file, store it by CID, and register it on the chain
        Register = register,
        /// List content
        List = list,
        /// Show one content
        Show = show,
        /// Suspend, resume or retire content
        Status = status,
        /// Offer content to another creator
        Transfer = transfer,
        /// Take over content that was offered to you
        Accept = accept,
        /// Fetch byte ranges of served content, each counted by a head that both sides sign
        Fetch = fetch,
    }
);
verbs!(
    /// `datavault offer`.
    OfferCommand in offer {
        /// Open an offer
        Set = set,
        /// Sign terms off the chain, for whoever gets the file
        Sign = sign,
        /// Close an offer, or cancel a signed one
        Close = close,
        /// List offers
        List = list,
    }
);
verbs!(
    /// `datavault license`.
    LicenseCommand in license {
        /// Check what is offered, and buy it
        Buy = buy,
        /// List licenses
        List = list,
        /// Show one license
        Show = show,
        /// Pay for more periods of a subscription
        Renew = renew,
        /// End a license early, as who paid for it
        Cancel = cancel,
        /// Give a license to somebody else
        Transfer = transfer,
        /// Bind a license to this wallet's keys, and have its key delivered anew
        Rebind = rebind,
    }
);
verbs!(
    /// `datavault key`.
    KeyCommand in key {
        /// Deliver a content key with a proof that the chain verifies
        Deliver = deliver,
        /// Receive a delivered key, decrypt the content and compare it with what was registered
        Receive = receive,
        /// Say that the key arrived
        Accept = accept,
    }
);
verbs!(
    /// `datavault meter`.
    MeterCommand in meter {
        /// Publish the meter's keys and address
        Publish = publish,
        /// Serve, countersign and deliver until interrupted
        Serve = serve,
    }
);
verbs!(
    /// `datavault usage`.
    UsageCommand in usage {
        /// Prove metered use without showing the log, and settle it
        Prove = prove,
        /// Settle by the last head that both sides signed
        Settle = settle,
        /// Prove that use stayed within a limit, the total hidden
        Attest = attest,
        /// Put a settled proof into a file that anybody can check offline
        Bundle = bundle,
    }
);
verbs!(
    /// `datavault escrow`.
    EscrowCommand in escrow {
        /// Show a payment: who gets what, and when
        Show = show,
        /// Move what may leave now towards the payees
        Release = release,
        /// Take a balance out
        Withdraw = withdraw,
        /// Take back what was not delivered or not used
        Refund = refund,
        /// End a freeze that lasted as long as any may
        Thaw = thaw,
    }
);
verbs!(
    /// `datavault dispute`.
    DisputeCommand in dispute {
        /// Complain: of a key that did not come or opens something else, of use that was not paid, exceeded or foreign
        File = file,
        /// Add evidence, as one of the parties
        Respond = respond,
        /// Check a dispute's evidence, as the arbitrator
        Inspect = inspect,
        /// Rule, as the arbitrator
        Rule = rule,
        /// Let a program decide, where one can
        Check = check,
        /// Bring a dispute before its arbitrator contract
        Escalate = escalate,
        /// Have a ruling heard again
        Appeal = appeal,
        /// Carry a ruling or a time-out out
        Execute = execute,
        /// Show a dispute
        Show = show,
    }
);

/// `datavault wallet`.
#[derive(Debug, Subcommand)]
pub enum WalletCommand {
    /// Make a key and keep it in an encrypted keystore
    New(wallet::new::Args),
    /// Keep the key of DATAVAULT_PRIVATE_KEY in an encrypted keystore
    Import(wallet::import::Args),
    /// Show who signs, and its balance
    Show(wallet::show::Args),
    /// Publish the keys that licenses are bought for, and evidence is sealed to
    Publish(wallet::publish::Args),
}

impl Arguments {
    /// Runs the command. Commands that touch no chain do not open a session.
    ///
    /// # Errors
    /// Whatever stopped it.
    pub async fn run(self) -> Result<Box<dyn Output>, Failure> {
        let Self { global, command } = self;
        match command {
            Command::Completions(args) => Ok(Box::new(completions::run(&args))),
            Command::Prover(command) => prover::run(&global, command).await,
            Command::Verify(args) => Ok(Box::new(verify::run(&global, args).await?)),
            Command::Ceremony(command) => ceremony::run(&global, command).await,
            Command::Deploy(args) => Ok(Box::new(deploy::run(&global, *args).await?)),
            Command::Wallet(WalletCommand::New(args)) => Ok(Box::new(wallet::new::run(&global, &args)?)),
            Command::Wallet(WalletCommand::Import(args)) => Ok(Box::new(wallet::import::run(&global, &args)?)),
            command => {
                let session = Session::open(&global).await?;
                command.run(&session).await
            }
        }
    }

    /// The definition, for completions and tests.
    #[must_use]
    pub fn definition() -> clap::Command {
        Self::command()
    }
}

impl Command {
    /// Runs a command of the chain in a session.
    ///
    /// # Errors
    /// Whatever stopped it.
    pub async fn run(self, session: &Session) -> Result<Box<dyn Output>, Failure> {
        match self {
            Self::Content(command) => command.run(session).await,
            Self::Offer(command) => command.run(session).await,
            Self::License(command) => command.run(session).await,
            Self::Key(command) => command.run(session).await,
            Self::Meter(command) => command.run(session).await,
            Self::Usage(command) => command.run(session).await,
            Self::Escrow(command) => command.run(session).await,
            Self::Dispute(command) => command.run(session).await,
            Self::Wallet(WalletCommand::Show(args)) => Ok(Box::new(wallet::show::run(session, args).await?)),
            Self::Wallet(WalletCommand::Publish(args)) => Ok(Box::new(wallet::publish::run(session, args).await?)),
            Self::Wallet(_)
            | Self::Prover(_)
            | Self::Verify(_)
            | Self::Ceremony(_)
            | Self::Deploy(_)
            | Self::Completions(_) => {
                Err(Failure::usage("this command needs no session").fix("run it through `Arguments::run`"))
            }
        }
    }
}

/// Reads one command's arguments from words, as the command line would: what follows `content register`, say.
///
/// # Errors
/// What clap would print.
pub fn parse_args<A: Args>(
    words: impl IntoIterator<Item = impl Into<std::ffi::OsString> + Clone>,
) -> Result<A, Failure> {
    let definition = A::augment_args(clap::Command::new("datavault").no_binary_name(true));
    let matches =
        definition.try_get_matches_from(words).map_err(|error| Failure::usage(error.to_string().trim().to_owned()))?;
    A::from_arg_matches(&matches).map_err(|error| Failure::usage(error.to_string().trim().to_owned()))
}
