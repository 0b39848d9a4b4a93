// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OfferStatus, Profile} from "../interfaces/ILicenseManager.sol";

/// What a license needs beside its owner's slot, which carries its {LicenseTraits}.
struct LicenseRecord {
    uint64 offerId;
    uint40 profileId;
    uint40 meterId;
    /// Bought or included in all periods; zero: not limited.
    uint40 units;
    uint40 startsAt;
    /// Seconds; zero: for ever.
    uint32 lasts;
}

using {writeRecord} for LicenseRecord global;

/// Writes all of a record at once, where the compiler would write its slot field by field.
function writeRecord(LicenseRecord memory record, LicenseRecord storage to) {
    uint256 packed = uint256(record.offerId) | uint256(record.profileId) << 64 | uint256(record.meterId)
        << 104 | uint256(record.units) << 144 | uint256(record.startsAt) << 184 | uint256(record.lasts) << 224;
    assembly ("memory-safe") {
        sstore(to.slot, packed)
    }
}

/// The same for the status of a new offer.
function writeStatus(OfferStatus memory status, OfferStatus storage to) {
    uint256 packed = uint256(uint200(status.digest)) | uint256(status.sold) << 200
        | (status.closed ? uint256(1) << 232 : 0) | uint256(status.verifiers) << 240
        | uint256(status.generation) << 248;
    assembly ("memory-safe") {
        sstore(to.slot, packed)
    }
}

/// @custom:storage-location erc7201:datavault.storage.LicenseManager
struct LicenseManagerStorage {
    mapping(uint64 offerId => OfferStatus) offers;
    mapping(uint64 profileId => Profile) profiles;
    mapping(uint256 licenseId => LicenseRecord) licenses;
    /// What earlier epochs of a license were bound to.
    mapping(uint256 licenseId => mapping(uint32 epoch => uint40 profileId)) pastProfiles;
    /// Of bonded licenses.
    mapping(uint256 licenseId => uint128) overagePrices;
    /// Licenses and payments are counted together.
    uint40 lastId;
    uint40 lastProfileId;
    /// Beside the counter that every purchase reads.
    bool paused;
}
