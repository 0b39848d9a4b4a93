//! datavault-anvil-scripts
