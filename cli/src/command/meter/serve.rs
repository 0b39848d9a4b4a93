//! `datavault meter serve`: serves content, countersigns heads, delivers keys and settles until interrupted.

use std::{fmt, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use gateway::{
    facts::ChainFacts,
    meter::{Limits, Meter, MeterConfig, MeterError},
    settle::Settler,
};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::{
    failure::{Failure, OrFail},
    interrupt::interrupted,
    output::Fields,
    session::Session,
};

/// How often the meter looks for licenses that expired: often in the shortest grace.
const SETTLE_POLL: Duration = Duration::from_secs(60);

/// Serve this wallet's content, countersign heads, deliver keys and settle what expired, until interrupted.
///
/// When a license expires, what was served is settled by the last heads that both sides signed, so that the licensee
/// takes back only what it did not use. Keys and ciphertexts come from the wallet's data folder, where `content register` put them.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:
  datavault meter serve --listen 0.0.0.0:8402
  DATAVAULT_ACTOR=creator datavault meter serve")]
pub struct Args {
    /// Where to listen; default: host and port of the network's meter URL, else 127.0.0.1:8402
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<SocketAddr>,
    /// Only serve: leave the delivery of keys to `datavault key deliver`
    #[arg(long)]
    pub no_deliver: bool,
    /// Only serve: leave settlement to `datavault usage settle`
    #[arg(long)]
    pub no_settle: bool,
}

/// A meter that has stopped.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where it listened.
    pub listened: SocketAddr,
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// As [`serve_until`].
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    serve_until(session, args, interrupted()).await
}

/// Serves until `shutdown` resolves, then finishes what it began.
///
/// # Errors
/// If the port is taken, the folder is in use by another meter, or the wallet cannot be opened.
pub async fn serve_until(
    session: &Session,
    args: Args,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<Report, Failure> {
    let address = args.listen.unwrap_or_else(|| usual_address(session));
    let listener = TcpListener::bind(address)
        .await
        .or_fail(|| format!("cannot listen on {address}"))
        .map_err(|failure| failure.fix("if the port is taken, name another with --listen"))?;
    let listened = listener.local_addr().or_fail(|| "cannot tell where it listens".into())?;
    let meter = open(session).await?;
    tracing::info!(target: "gateway", %listened, "meter listens");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let signal = tokio::spawn(async move {
        shutdown.await;
        // Nobody listens any more if the meter has stopped by itself.
        let _ = stop.send(true);
    });
    let served =
        async { meter.clone().serve(listener, wait(stopped.clone())).await.or_fail(|| "the meter stopped".into()) };
    let delivered = async {
        if args.no_deliver {
            return Ok(());
        }
        let deliverer = super::super::key::deliver::deliverer(session).await?;
        deliverer.run(wait(stopped.clone())).await.or_fail(|| "the delivery worker stopped".into())
    };
    let settled = async {
        if args.no_settle {
            return Ok(());
        }
        let (chain, sender) = (session.chain.clone(), session.wallet()?.signer().clone());
        let settler = Settler::new(chain, sender, meter.journal().clone()).await;
        let settler = settler.or_unreachable(|| "cannot start settling".into())?;
        settler.run(SETTLE_POLL, wait(stopped.clone())).await;
        Ok(())
    };
    let ended = tokio::try_join!(served, delivered, settled);
    signal.abort();
    ended?;
    Ok(Report { listened })
}

/// This wallet's meter, not yet listening.
///
/// # Errors
/// If another process runs it.
pub async fn open(session: &Session) -> Result<Meter, Failure> {
    let home = session.home()?;
    crate::home::make_private_dir(&home.meter())?;
    let keys = session.meter_keys()?;
    let facts = ChainFacts::new(session.chain.clone()).await.or_unreachable(|| "cannot ask the chain".into())?;
    let config = MeterConfig {
        data_dir: home.meter(),
        signer: keys.signer,
        secret: keys.eddsa,
        facts: Arc::new(facts),
        store: session.blocks()?.own().clone(),
        limits: Limits::default(),
    };
    crate::blocks::blocking(move || Meter::open(config)).await?.map_err(|error| match error {
        MeterError::InUse { .. } => Failure::state("the meter of this wallet runs already").because(error),
        other => Failure::failed("the meter does not start").because(other),
    })
}

async fn wait(mut stopped: tokio::sync::watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn usual_address(session: &Session) -> SocketAddr {
    let published = session.network.meter_url.as_ref().and_then(|url| url.socket_addrs(|| None).ok());
    published.and_then(|addresses| addresses.first().copied()).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8402)))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Fields::new().with("stopped", self.listened).fmt(f)
    }
}
