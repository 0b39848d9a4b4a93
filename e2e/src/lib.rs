//! datavault-e2e
