"""How a certificate was made, in words, and the steps of a renewal that depend on it; it recognizes nothing.

Placeholders of steps: ``{host}``, ``{names}``, ``{issuer}`` and ``{ca_expires}``. The sources of what they
say are in decision 0704.
"""

from collections.abc import Mapping

from monitor.model import Issuance, Message
from monitor.model.message import completed, plain

HOW_MADE: Mapping[Issuance, Message] = {
    Issuance.SCRIPT_CA: plain(
        "made_by_script",
        "with the PowerShell scripts of the XProtect certificates guide; the key of the CA is in the "
        "personal store of the user who ran them, on the computer where they ran",
    ),
    Issuance.AD_CS: plain("made_by_ad_cs", "by Active Directory Certificate Services"),
    Issuance.MSCP_PKI: plain(
        "made_by_mscp", "by the PKI of the plug-in MSCP for XProtect, which renews nothing by itself"
    ),
    Issuance.ACME: plain(
        "made_by_acme", "by a public CA, through an ACME client, which normally renews it by itself"
    ),
    Issuance.PUBLIC_CA: plain("made_by_public_ca", "by a public CA"),
    Issuance.PRODUCT_DEFAULT: plain(
        "made_by_product", "by the product for itself, because no other certificate was selected"
    ),
    Issuance.SELF_SIGNED: plain(
        "made_by_itself", "self-signed: by a product for itself, or by hand without a CA"
    ),
    Issuance.UNKNOWN: plain("made_unknown", "not recognized"),
}
"""How a certificate was made, as what follows "How it was made:"."""

_SELF_SIGNED = {
    "request": plain(
        "step_request_instead_of_self_signed",
        "The present certificate is self-signed, so no CA can renew it. Replace it with one from the CA "
        'that all computers of the site trust: RSA key, usage "server authentication", for these names: '
        "{names}. Clients that use a name that is left out can no longer connect.",
    ),
}
_PUBLIC_CA = {
    "ca_renew": plain(
        "step_public_ca_expires",
        "A public CA issued this certificate: {issuer} expires on {ca_expires}. Such a CA renews its own "
        "certificates, so there is nothing to do about the CA itself.",
    ),
    "ca_key": plain(
        "step_public_ca_request",
        "Request the server certificate anew. Install the intermediate certificates that come with it "
        "together with it, not those of the old one.",
    ),
    "ca_trust": plain(
        "step_public_ca_trust",
        "Where the new certificate comes from another root, find out whether every client trusts that root: "
        "computers without internet access may not have received it with their updates.",
    ),
}
_FOR_PHONES = ("request", "request_mobile")

RENEWAL_STEPS: Mapping[Issuance, Mapping[str, Message]] = {
    Issuance.SCRIPT_CA: {
        "request": plain(
            "step_request_by_script",
            "Sign in to the computer where the CA was made, as the user who made it: its private key is in "
            "the personal store of that user (CurrentUser\\My). On that computer, as that user, run the "
            "script for server certificates of the XProtect certificates guide, with these names: {names}. "
            "It asks for a password and writes a .pfx file. Clients that use a name that is left out can no "
            "longer connect.",
        ),
        "ca_key": plain(
            "step_ca_by_script",
            "Sign in to the computer where the CA was made with the script of the XProtect certificates "
            "guide, as the user who ran it: the private key is in the personal store of that user "
            "(CurrentUser\\My). On that computer, as that user, run the script for the CA again. It makes a "
            "CA of the same name, valid for one year unless -NotAfter is added to it, and writes it to "
            "root-authority-public.cer; the script for server certificates uses the new CA from then on. If "
            "nobody knows that computer or that user, run both scripts on another computer: a new CA does "
            "not need the key of the old one.",
        ),
    },
    Issuance.AD_CS: {
        "request": plain(
            "step_request_from_ad_cs",
            "Request the new certificate from Active Directory Certificate Services: on {host}, in "
            "certlm.msc, right-click Personal, choose All Tasks, Request New Certificate, and take the "
            "template of the present one. It must be for these names: {names}. Clients that use a name that "
            "is left out can no longer connect. Where auto-enrollment is set up, the new one may be there "
            "already.",
        ),
        "import": plain(
            "step_import_from_ad_cs",
            "It is then in Local Computer\\Personal on {host}, with its private key. Only if it was "
            "requested on another computer, import it from a .pfx file. Services keep using the old one "
            "until the new one is selected, also after auto-enrollment.",
        ),
        "ca_key": plain(
            "step_ca_of_ad_cs",
            "The CA belongs to Active Directory Certificate Services: ask its administrators to renew it "
            "(certsrv.msc, All Tasks, Renew CA Certificate).",
        ),
        "ca_trust": plain(
            "step_trust_ad_cs",
            "Let every computer trust the renewed CA before anything else, and keep the old one beside it; "
            "tell them apart by their dates and thumbprints. Members of the domain get it with group "
            "policy. On other computers install it in Trusted Root Certification Authorities of the local "
            "computer. Mobile devices and integrations need it too, and so does the monitor (trust).",
        ),
    },
    Issuance.MSCP_PKI: {
        "request": plain(
            "step_request_from_mscp",
            "Make the new certificate in Management Client, MIP Plug-ins, PKI, for these names: {names}. "
            "Clients that use a name that is left out can no longer connect. The plug-in renews nothing by "
            "itself.",
        ),
        "import": plain(
            "step_import_from_mscp",
            "On {host}, install it with the plug-in's PKI Cert Installer, as administrator: it puts the "
            "certificate and its private key into Local Computer\\Personal and gives the service's account "
            "Read. Or export it in Management Client and import it by hand.",
        ),
        "ca_key": plain(
            "step_ca_of_mscp",
            "The CA is in Management Client, MIP Plug-ins, PKI, CA Certificates. Make a new one there: the "
            "plug-in renews nothing by itself.",
        ),
    },
    Issuance.ACME: {
        **_PUBLIC_CA,
        **dict.fromkeys(
            _FOR_PHONES,
            plain(
                "step_request_by_acme",
                "An ACME client (win-acme or Certify, for example) requested this certificate and should "
                "have renewed it by itself. Find out on which computer it runs, and from its log and its "
                "scheduled task why it did not. Let it renew then, for these names: {names}. Clients that "
                "use a name that is left out can no longer connect.",
            ),
        ),
        "import": plain(
            "step_import_by_acme",
            "An ACME client that runs on {host} puts the certificate into the store by itself; otherwise "
            "import it together with its private key into Local Computer\\Personal (certlm.msc). Unless a "
            "script of the client selects it for the service as well, the steps below are needed after "
            "every renewal.",
        ),
    },
    Issuance.PUBLIC_CA: {
        **_PUBLIC_CA,
        **dict.fromkeys(
            _FOR_PHONES,
            plain(
                "step_request_from_public_ca",
                "Order the new certificate from the public CA that issued the present one, or from another "
                'one that phones and computers trust: RSA key, usage "server authentication", for these '
                "names: {names}. Clients that use a name that is left out can no longer connect. Public "
                "certificates are valid for 200 days at most, from March 15, 2027 for 100 and from March "
                "15, 2029 for 47: consider an ACME client, which renews them by itself.",
            ),
        ),
    },
    Issuance.PRODUCT_DEFAULT: _SELF_SIGNED,
    Issuance.SELF_SIGNED: _SELF_SIGNED,
    Issuance.UNKNOWN: {},
}
"""By how a certificate was made, what replaces texts of the presets, by their names in ``presets.toml``."""

_OF_PRESETS = "preset.texts."


def reworded(steps: tuple[Message, ...], made: Issuance, host: str) -> tuple[Message, ...]:
    """Return the steps of a preset, worded for how the certificate was made.

    Texts of a configuration are left as they are.
    """
    instead = RENEWAL_STEPS[made]
    if not instead:
        return steps
    return tuple(_reworded(step, instead, host) for step in steps)


def _reworded(step: Message, instead: Mapping[str, Message], host: str) -> Message:
    found = instead.get(step.code.removeprefix(_OF_PRESETS)) if step.code.startswith(_OF_PRESETS) else None
    return step if found is None else completed(found, host=host)
