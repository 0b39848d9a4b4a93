//! Metering: the service that serves content and countersigns heads, and the licensee's side of it.
//!
//! Promises: nobody is charged for bytes that were not ready to be sent; a head is durable on both sides before
//! anything follows from it; repeating a request costs nothing; the units of all lanes together never exceed what
//! was bought; killing either side at any instant loses nothing.
//!
//! [`protocol`] is what travels, [`journal`] what the meter remembers, [`meter`] the service, [`deliver`] the
//! worker that delivers content keys with proofs, [`settle`] the one that settles what expired, [`client`] the licensee.

pub mod client;
pub mod deliver;
pub mod facts;
pub mod journal;
pub mod keys;
pub mod meter;
pub mod protocol;
pub mod settle;

mod signing;
mod sqlite;
