//! datavault-cli
