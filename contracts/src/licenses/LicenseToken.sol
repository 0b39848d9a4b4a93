// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content} from "../interfaces/IContentRegistry.sol";
import {ILicenseManager} from "../interfaces/ILicenseManager.sol";
import {Payment, PaymentState} from "../interfaces/IPaymentEscrow.sol";
import {LicenseTraits} from "../libraries/LicenseTraits.sol";
import {LicenseBase} from "./LicenseBase.sol";
import {ERC721} from "solady/tokens/ERC721.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title LicenseToken: a license as an ERC-721 token, with ERC-2981 and ERC-4906.
abstract contract LicenseToken is LicenseBase {
    using LicenseTraits for uint96;

    uint256 private constant ALL_BPS = 10_000;

    function name() public pure override returns (string memory) {
        return "Datavault License";
    }

    function symbol() public pure override returns (string memory) {
        return "DVL";
    }

    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        _known(tokenId);
        return string.concat(
            'data:application/json;utf8,{"name":"Datavault License ', LibString.toString(tokenId), '"}'
        );
    }

    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == 0x2a55205a // ERC-2981
            || interfaceId == 0x49064906 // ERC-4906
            || interfaceId == 0x8c65f84d // ERC-5643
            || ERC721.supportsInterface(interfaceId);
    }

    /// @inheritdoc ILicenseManager
    function royaltyInfo(uint256 tokenId, uint256 salePrice)
        external
        view
        returns (address receiver, uint256 royaltyAmount)
    {
        (, uint96 traits) = _known(tokenId);
        uint256 bps = traits.royaltyBps();
        (, Content memory content) = _contentOf(_record(tokenId).offerId);
        // Whatever the price, this does not overflow.
        royaltyAmount = salePrice / ALL_BPS * bps + salePrice % ALL_BPS * bps / ALL_BPS;
        return (content.creator, royaltyAmount);
    }

    /// A license moves only when its offer says so and its payment is over: settled, and neither held nor disputed.
    function _beforeTokenTransfer(address from, address, uint256 licenseId) internal view override {
        if (from == address(0)) return;
        (, uint96 traits) = _known(licenseId);
        if (!traits.transferable()) revert LicenseNotTransferable(licenseId);
        Payment memory payment = _payment(licenseId);
        if (payment.state != PaymentState.Closed || payment.frozenAt != 0) {
            revert LicenseNotTransferable(licenseId);
        }
    }
}
