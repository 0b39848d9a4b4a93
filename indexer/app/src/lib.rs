//! datavault-indexer
