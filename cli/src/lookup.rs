//! What commands ask the chain, with errors that say what to do.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::{Filter, TransactionRequest},
};
use content::{MAX_METADATA_BYTES, Metadata};
use contracts::{Call, ChainClock, ChainError, ContentView, DisputeView, Edition, LicenseView, PaymentView};
use domain::{
    Amount, BundleItem, ChainEvent, ContentId, ContentRegistered, ContentVersioned, DisputeFiled, DisputeId, LicenseId,
    LicenseIssued, MeterId, MeterPublished, OfferId, OfferSet, OfferTerms, PaymentId, ProfileId, ProfilePublished,
    SplitCreated, Token,
};
use statement::PublicKey;

use crate::{
    blocks::cid_from_bytes,
    failure::{Failure, OrFail},
    money::Currency,
    session::Session,
    submit::{Sent, Transaction},
};

/// An offer and what of it changes.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Its id.
    pub offer_id: OfferId,
    /// Who made it.
    pub creator: Address,
    /// Whether it was not closed, and its content has the same owner still.
    pub open: bool,
    /// Licenses sold; counted by the chain only where the supply is limited.
    pub sold: u64,
    /// What it says.
    pub terms: OfferTerms,
    /// What a bundle holds.
    pub items: Vec<BundleItem>,
}

/// A license and who has it.
#[derive(Clone, Debug)]
pub struct License {
    /// What the chain remembers.
    pub view: LicenseView,
    /// Who owns it now.
    pub owner: Address,
    /// Owned, not expired, not refunded, and delivered if it is delivered by key.
    pub valid: bool,
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        let text = error.to_string();
        match &error {
            ChainError::Unreachable { .. } => {
                Self::unreachable(text).fix("check that the node runs, or name another network with --network")
            }
            ChainError::Url { .. } | ChainError::NoTls { .. } => Self::usage(text).fix("correct the network's rpc_url"),
            ChainError::WrongChain { .. } => Self::usage(text).fix("correct the network's rpc_url or deployment"),
            ChainError::NotDeployed { .. } => Self::state(text),
            ChainError::Reverted { .. } | ChainError::NotFound(_) | ChainError::Failed { .. } => Self::state(text),
            ChainError::TooLittleBalance { account, have, need, .. } => {
                let missing = Amount(need.saturating_sub(*have));
                Self::state(text).fix(format!("send {} to {account}", Currency::eth().show(missing)))
            }
            ChainError::Rpc { .. } | ChainError::NotAccepted { .. } | ChainError::NotMined { .. } => {
                Self::unreachable(text)
            }
            _ => Self::failed(text),
        }
    }
}

impl Session {
    /// Now, by the chain's clock.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn now(&self) -> Result<u64, Failure> {
        Ok(ChainClock::of(&self.chain).await?.now())
    }

    /// What a call's gas would cost, in wei. Fails if the contract would refuse.
    pub(crate) async fn estimate(&self, call: &Call) -> Result<Amount, Failure> {
        let from = self.wallet()?.address();
        self.chain.simulate(from, call).await?;
        if self.consent == crate::submit::Consent::Given {
            return Ok(Amount::ZERO);
        }
        let request = TransactionRequest::default()
            .with_from(from)
            .with_to(call.to)
            .with_value(call.value)
            .with_input(call.input.clone());
        let provider = self.chain.provider();
        let failed = |what| move |error| Failure::from(self.chain.failed(what, error));
        let gas = provider.estimate_gas(request).await.map_err(failed("estimate gas"))?;
        let price = provider.get_gas_price().await.map_err(failed("tell the gas price"))?;
        Ok(Amount(U256::from(gas) * U256::from(price)))
    }

    pub(crate) async fn send(&self, call: Call) -> Result<Sent, Failure> {
        let receipt = self.chain.send_and_confirm(self.wallet()?.signer(), &call).await?;
        let transaction = Transaction {
            action: call.label,
            hash: receipt.tx_hash,
            block_number: receipt.block_number,
            gas_used: receipt.gas_used,
            fee: receipt.gas_cost,
        };
        Ok(Sent { transaction, events: receipt.events })
    }

    /// Content.
    ///
    /// # Errors
    /// If there is none of this id.
    pub async fn content(&self, id: ContentId) -> Result<ContentView, Failure> {
        self.chain
            .content(id)
            .await
            .map_err(|error| Failure::from(error).fix("`datavault content list` shows what exists"))
    }

    /// Content, or `None` if there is none of this id.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn find_content(&self, id: ContentId) -> Result<Option<ContentView>, Failure> {
        match self.chain.content(id).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.revert_reason().is_some_and(|reason| reason.is("ContentUnknown")) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What a creator said when registering.
    ///
    /// # Errors
    /// If there is no such content.
    pub async fn registered(&self, id: ContentId) -> Result<ContentRegistered, Failure> {
        Ok(self.chain.content_registered(id).await?)
    }

    /// What a creator said of one version of content; the first is 0.
    ///
    /// # Errors
    /// If there is no such version.
    pub async fn edition(&self, id: ContentId, version: u8) -> Result<Edition, Failure> {
        if version == 0 {
            let ContentRegistered { content_hash, cid, key_commitment, metadata_cid, .. } = self.registered(id).await?;
            return Ok(Edition { content_hash, cid, key_commitment, metadata_cid });
        }
        let about = Filter::new().address(self.addresses().registry).topic1(id.0);
        let told = self.chain.events_matching(about).await?;
        let found = told.into_iter().find_map(|(_, event)| match event {
            ChainEvent::ContentVersioned(event) if event.version == version => Some(event),
            _ => None,
        });
        let ContentVersioned { content_hash, cid, key_commitment, metadata_cid, .. } =
            found.ok_or_else(|| Failure::state(format!("content {id} has no version {version}")))?;
        Ok(Edition { content_hash, cid, key_commitment, metadata_cid })
    }

    /// The newest Croissant metadata of content.
    ///
    /// # Errors
    /// If nobody has it, or it is none.
    pub async fn metadata(&self, id: ContentId) -> Result<Metadata, Failure> {
        let newest = self.content(id).await?.version;
        let cid = cid_from_bytes(&self.edition(id, newest).await?.metadata_cid)?;
        let bytes = self.blocks()?.read(cid, MAX_METADATA_BYTES as u64).await?;
        Metadata::from_bytes(&bytes).or_mismatch(|| format!("the metadata of {id} is not acceptable"))
    }

    /// A meter version whose curve point was checked: on the curve, in the subgroup, its hash as recorded.
    ///
    /// # Errors
    /// If there is none, or its key is malformed: heads that it signs could not be proved.
    pub async fn meter(&self, id: MeterId) -> Result<MeterPublished, Failure> {
        self.checked_meter(id).await.map(|(meter, _)| meter)
    }

    /// The checked key of a meter version.
    ///
    /// # Errors
    /// As [`Session::meter`].
    pub async fn meter_key(&self, id: MeterId) -> Result<PublicKey, Failure> {
        self.checked_meter(id).await.map(|(_, key)| key)
    }

    async fn checked_meter(&self, id: MeterId) -> Result<(MeterPublished, PublicKey), Failure> {
        let mut meter = self.chain.meter_published(id).await?;
        // A stranger chose it, and a terminal shows it.
        meter.url.retain(|c| !c.is_control());
        let key = check_key(meter.key_x, meter.key_y, meter.key_hash).map_err(|failure| {
            Failure::mismatch(format!("meter {id} is not usable")).because(failure).fix("do not buy what it serves")
        })?;
        Ok((meter, key))
    }

    /// A licensee's keys, checked like a meter's.
    ///
    /// # Errors
    /// If there are none, or they are malformed.
    pub async fn profile(&self, id: ProfileId) -> Result<(ProfilePublished, PublicKey), Failure> {
        let profile = self.chain.profile_published(id).await?;
        let key = check_key(profile.key_x, profile.key_y, profile.commitment)
            .map_err(|failure| Failure::mismatch(format!("profile {id} is not usable")).because(failure))?;
        Ok((profile, key))
    }

    /// An offer.
    ///
    /// # Errors
    /// If there is none of this id.
    pub async fn offer(&self, id: OfferId) -> Result<Offer, Failure> {
        let unknown = |error| Failure::from(error).fix("`datavault offer list` shows what is open");
        let status = self.chain.offer_status(id).await.map_err(unknown)?;
        if !status.is_known() {
            return Err(
                Failure::state(format!("offer {id} does not exist")).fix("`datavault offer list` shows what is open")
            );
        }
        let set = self.chain.offer_set(id).await.map_err(unknown)?;
        let content = self.content(set.terms.content_id).await?;
        let open = !status.closed && status.generation == content.generation;
        let sold = status.sold.into();
        Ok(Offer { offer_id: id, creator: set.creator, open, sold, terms: set.terms, items: set.items })
    }

    /// A license.
    ///
    /// # Errors
    /// If there is none of this id.
    pub async fn license(&self, id: LicenseId) -> Result<License, Failure> {
        let unknown = |error| Failure::from(error).fix("`datavault license list` shows what exists");
        let view = self.chain.license(id).await.map_err(unknown)?;
        let owner = self.chain.owner_of(id).await.map_err(unknown)?;
        let valid = self.chain.is_valid(id).await?;
        Ok(License { view, owner, valid })
    }

    /// A license of this wallet.
    ///
    /// # Errors
    /// If it is somebody else's.
    pub async fn own_license(&self, id: LicenseId) -> Result<License, Failure> {
        let license = self.license(id).await?;
        let me = self.wallet()?.address();
        if license.owner != me {
            return Err(Failure::state(format!("license {id} belongs to {}, not to you", license.owner))
                .fix(format!("sign with its owner's key; you are {me}")));
        }
        Ok(license)
    }

    /// Whether the licensee said that the key of an epoch arrived.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn key_accepted(&self, id: LicenseId, epoch: u32) -> Result<bool, Failure> {
        let about = Filter::new().address(self.addresses().licenses).topic1(U256::from(id.0));
        let told = self.chain.events_matching(about).await?;
        let is_it = |event: &ChainEvent| matches!(event, ChainEvent::KeyAccepted(accepted) if accepted.license_id == id && accepted.epoch == epoch);
        Ok(told.iter().any(|(_, event)| is_it(event)))
    }

    /// Who shares payments, oldest split first.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn splits(&self) -> Result<Vec<SplitCreated>, Failure> {
        self.events_of().await
    }

    /// A payment.
    ///
    /// # Errors
    /// If there is none of this id.
    pub async fn payment(&self, id: PaymentId) -> Result<PaymentView, Failure> {
        Ok(self.chain.payment(id).await?)
    }

    /// A dispute.
    ///
    /// # Errors
    /// If there is none of this id.
    pub async fn dispute(&self, id: DisputeId) -> Result<DisputeView, Failure> {
        Ok(self.chain.dispute(id).await?)
    }

    /// How a dispute was filed.
    ///
    /// # Errors
    /// If there is none of this id.
    pub async fn filed(&self, id: DisputeId) -> Result<DisputeFiled, Failure> {
        Ok(self.chain.dispute_filed(id).await?)
    }

    /// Units settled for a license.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn settled_units(&self, id: LicenseId) -> Result<u64, Failure> {
        Ok(self.chain.settled_units(id).await?)
    }

    /// What an account has in its wallet.
    ///
    /// # Errors
    /// If the node does not answer, or there is no such token.
    pub async fn balance(&self, account: Address, token: Token) -> Result<Amount, Failure> {
        Ok(self.chain.token_balance(token, account).await?)
    }

    /// How amounts of a token are written.
    ///
    /// # Errors
    /// If there is no such token.
    pub async fn currency(&self, token: Token) -> Result<Currency, Failure> {
        if token.is_eth() {
            return Ok(Currency::eth());
        }
        let decimals = self.chain.token_decimals(token).await;
        let symbol = self.chain.token_symbol(token).await;
        match (decimals, symbol) {
            (Ok(decimals), Ok(symbol)) => Ok(Currency { token, symbol: printable(&symbol), decimals }),
            (Err(error), _) | (_, Err(error)) => {
                Err(Failure::usage(format!("{token} is no ERC-20 token")).because(error).fix("check the address"))
            }
        }
    }

    /// The token that a user means: `ETH`, a name that the network knows, or an address.
    ///
    /// # Errors
    /// If nothing is called so.
    pub async fn currency_named(&self, name: &str) -> Result<Currency, Failure> {
        if name.eq_ignore_ascii_case("eth") || name.eq_ignore_ascii_case("ether") {
            return Ok(Currency::eth());
        }
        if let Ok(address) = name.parse::<Address>() {
            return self.currency(Token(address)).await;
        }
        // The user's own description names the token; a symbol that a stranger chose could not.
        let mut known = vec!["ETH".to_owned()];
        for (label, address) in &self.network.tokens {
            let currency = self.currency(Token(*address)).await?;
            if label.eq_ignore_ascii_case(name) || currency.symbol.eq_ignore_ascii_case(name) {
                return Ok(currency);
            }
            known.push(currency.symbol);
        }
        Err(Failure::usage(format!("this network knows no token `{name}`"))
            .fix(format!("use one of {}, or a contract's address", known.join(", "))))
    }

    /// Everything that our contracts told, in order.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn events(&self) -> Result<Vec<ChainEvent>, Failure> {
        let latest = self.chain.latest_block().await?.number;
        let events = self.chain.events(self.chain.deployment().start_block, latest).await?;
        Ok(events.into_iter().map(|(_, event)| event).collect())
    }

    async fn events_of<E: TryFrom<ChainEvent>>(&self) -> Result<Vec<E>, Failure> {
        Ok(self.events().await?.into_iter().filter_map(|event| event.try_into().ok()).collect())
    }

    /// Registered content, oldest first.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn contents(&self) -> Result<Vec<ContentRegistered>, Failure> {
        self.events_of().await
    }

    /// Offers, oldest first.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn offers(&self) -> Result<Vec<OfferSet>, Failure> {
        self.events_of().await
    }

    /// Licenses as they were bought, oldest first.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn licenses(&self) -> Result<Vec<LicenseIssued>, Failure> {
        self.events_of().await
    }

    /// Meter versions of an owner, oldest first.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn meters_of(&self, owner: Address) -> Result<Vec<MeterPublished>, Failure> {
        Ok(self.events_of::<MeterPublished>().await?.into_iter().filter(|meter| meter.owner == owner).collect())
    }

    /// Licensee keys that an owner published, oldest first.
    ///
    /// # Errors
    /// If the node does not answer.
    pub async fn profiles_of(&self, owner: Address) -> Result<Vec<ProfilePublished>, Failure> {
        Ok(self.events_of::<ProfilePublished>().await?.into_iter().filter(|profile| profile.owner == owner).collect())
    }
}

/// Checks a published curve point and the hash that the chain keeps of it.
fn check_key(x: U256, y: U256, hash: U256) -> Result<PublicKey, Failure> {
    let key = PublicKey::from_coordinates(x, y).or_mismatch(|| "its key is malformed".into())?;
    if key.commitment() != hash {
        return Err(Failure::mismatch("its key does not have the hash that the chain recorded"));
    }
    Ok(key)
}

/// A stranger's symbol, without what could deceive a terminal.
fn printable(symbol: &str) -> String {
    symbol.chars().filter(|c| c.is_ascii_graphic()).take(16).collect()
}
