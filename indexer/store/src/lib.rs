//! datavault-store
