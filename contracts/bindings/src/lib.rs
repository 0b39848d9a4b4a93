//! datavault-contracts
