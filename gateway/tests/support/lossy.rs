//! A proxy that carries requests to the meter and loses answers, as a cut connection or a crash does.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub struct Lossy {
    pub url: String,
    lose: Arc<AtomicUsize>,
}

impl Lossy {
    /// Carries to `meter`, an `http://` URL.
    pub async fn before(meter: &str) -> Self {
        let to = meter.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let lose = Arc::new(AtomicUsize::new(0));
        let losing = lose.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, to.clone(), losing.clone()));
            }
        });
        Self { url, lose }
    }

    /// The next `count` answers to fetches are lost, after the meter has given them.
    pub fn lose(&self, count: usize) {
        self.lose.store(count, Ordering::SeqCst);
    }
}

/// One request and its answer per connection.
async fn carry(mut client: TcpStream, to: String, lose: Arc<AtomicUsize>) -> Option<()> {
    let request = read_message(&mut client).await?;
    let text = String::from_utf8_lossy(&request).replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let mut meter = TcpStream::connect(to).await.ok()?;
    meter.write_all(text.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    meter.read_to_end(&mut answer).await.ok()?;
    let one_less = |left: usize| left.checked_sub(1);
    let lost = request.starts_with(b"POST") && lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
    if !lost {
        client.write_all(&answer).await.ok()?;
        client.shutdown().await.ok()?;
    }
    Some(())
}

async fn read_message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let mut part = [0; 4096];
        let len = stream.read(&mut part).await.ok().filter(|len| *len > 0)?;
        message.extend_from_slice(&part[..len]);
        let text = String::from_utf8_lossy(&message);
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text[..end]
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(str::to_owned))
                .map_or(0, |length| length.trim().parse().unwrap());
            if message.len() >= end + 4 + length {
                return Some(message);
            }
        }
    }
}
