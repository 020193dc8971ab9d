"""Signature de l'assertion de la carte : validité sur les octets reçus, certificat, algorithmes."""

from __future__ import annotations

from cryptography import x509

from reports.constat import Confiance, Constat, Regle
from simulators.insi import espaces as e
from simulators.insi.assertion import AssertionRefusee, Genre, lire_profil_signature, verifier_signature
from steps.verifications.insi.appels import Appel, Mode
from steps.verifications.insi.assertions import principale
from steps.verifications.insi.contexte import ContexteInsi
from steps.verifications.insi.sources import CONTRAT, X509
from steps.verifications.registre import verification

SIGNATURE = Regle(
    "INSI-SAML-02",
    "La signature de l'assertion est valide sur les octets reçus et couvre l'assertion elle-même",
    f"{CONTRAT}, assertion PS",
    Confiance.DOCUMENTEE,
    "Signer l'assertion telle qu'elle part, sans la retoucher ensuite ; une seule référence, vers son ID.",
)
ALGORITHMES = Regle(
    "INSI-SAML-03",
    "La signature suit le profil exc-C14N, RSA-SHA256, SHA-256, enveloppée",
    f"{CONTRAT}, assertion PS",
    Confiance.DOCUMENTEE,
    "Employer exc-C14N, RSA-SHA256, SHA-256 et les transformations enveloped-signature puis exc-C14N.",
)
CERTIFICAT = Regle(
    "INSI-SAML-04",
    "Le certificat du signataire est valable et fait pour signer",
    f"{X509}, § 4.1.2.5 et § 4.2.1.3",
    Confiance.OFFICIELLE,
    "Signer avec le certificat de signature de la carte, en cours de validité.",
)

_OU = "/Envelope/Header/Security/Assertion"


@verification(SIGNATURE, CERTIFICAT)
def signature(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """La signature de la carte est valide, par un certificat valable."""
    lue = principale(appel)
    if lue is None or lue.genre is not Genre.PS or appel.mode is Mode.CERTIFICAT or appel.message is None:
        return []
    n = (appel.numero,)
    octets, racine = appel.echange.requete.corps.octets, appel.message.racine
    rang = appel.assertions.index(lue)
    try:
        verifiee = verifier_signature(octets, racine, rang)
    except AssertionRefusee as refus:
        return [
            SIGNATURE.enfreinte(
                "signature non valide",
                attendu="une signature valide de l'assertion",
                recu=str(refus),
                ou=f"{_OU}/Signature",
                echanges=n,
            )
        ]
    sujet = verifiee.certificat.subject.rfc4514_string()
    return [SIGNATURE.respectee(recu=f"signée par {sujet}", echanges=n), _certificat(verifiee.certificat, appel)]


def _certificat(certificat: x509.Certificate, appel: Appel) -> Constat:
    n = (appel.numero,)
    debut, fin = certificat.not_valid_before_utc, certificat.not_valid_after_utc
    usage = _usage(certificat)
    recu = f"valable du {debut:%d/%m/%Y} au {fin:%d/%m/%Y}, usages : {usage or 'non précisés'}"
    if debut <= appel.echange.debut <= fin and usage is not False:
        return CERTIFICAT.respectee(recu=recu, echanges=n)
    return CERTIFICAT.enfreinte(
        "certificat du signataire inadapté",
        attendu=f"valable le {appel.echange.debut:%d/%m/%Y}, usage digitalSignature ou contentCommitment",
        recu=recu,
        ou=f"{_OU}/Signature/KeyInfo/X509Data/X509Certificate",
        echanges=n,
    )


def _usage(certificat: x509.Certificate) -> str | bool:
    """Usages de signature du certificat ; chaîne vide si l'extension manque, False s'il ne peut pas signer."""
    try:
        usage = certificat.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    noms = [nom for nom in ("digital_signature", "content_commitment") if getattr(usage, nom)]
    return ", ".join(noms) or False


@verification(ALGORITHMES)
def algorithmes(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Les algorithmes de la signature sont ceux du profil."""
    lue = principale(appel)
    if lue is None or lue.genre is not Genre.PS or not lue.signee:
        return []
    profil = lire_profil_signature(lue.element)
    recu = (profil.canonicalisation, profil.signature, profil.condensat, *profil.transformations)
    attendu = (e.EXC_C14N, e.RSA_SHA256, e.SHA256, e.ENVELOPPEE, e.EXC_C14N)
    lisible = ", ".join(str(algorithme) for algorithme in recu)
    if recu == attendu:
        return [ALGORITHMES.respectee(recu=lisible, echanges=(appel.numero,))]
    return [
        ALGORITHMES.enfreinte(
            "profil de signature inattendu",
            attendu=", ".join(attendu),
            recu=lisible,
            ou=f"{_OU}/Signature/SignedInfo",
            echanges=(appel.numero,),
        )
    ]
