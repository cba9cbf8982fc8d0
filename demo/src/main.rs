//! Serves the call page on its own: `cargo run -p demo [-- ADDRESS]`.

use std::env;
use std::io;

use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("http://{}/?room=tea&name=Ada", listener.local_addr()?);
    demo::serve(listener).await
}
