"""Connexion : version de TLS, certificat du client en mode « certificat logiciel »."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reports.constat import Confiance, Constat, Regle
from simulators.insi.espaces import CN_ADMIS
from steps.verifications.insi.appels import Appel, Mode
from steps.verifications.insi.contexte import ContexteInsi
from steps.verifications.insi.sources import BANC, CONTRAT, GUIDE, X509
from steps.verifications.registre import verification

VERSION_TLS = Regle(
    "INSI-TLS-01",
    "La connexion est en TLS 1.2 ou plus récent",
    f"{BANC}, par analogie avec le volet « transport » du CI-SIS (TLS 1.2 au moins)",
    Confiance.DEDUITE,
    "Désactiver SSL, TLS 1.0 et TLS 1.1 dans le client.",
)
NOM_COMMUN = Regle(
    "INSI-TLS-02",
    "Le CN du certificat est INSI-AUTO ou INSI-MANU",
    f"{CONTRAT}, authentification par certificat (faute desir_560)",
    Confiance.DOCUMENTEE,
    "Commander à l'IGC-Santé un certificat ORG AUTH_CLI dont le CN est exactement INSI-AUTO ou INSI-MANU.",
)
EMETTEUR = Regle(
    "INSI-TLS-03",
    "Le certificat vient de l'autorité élémentaire des organisations de l'IGC-Santé",
    f"{CONTRAT}, autorités de certification",
    Confiance.DOCUMENTEE,
    "Utiliser un certificat de « AC IGC-SANTE ELEMENTAIRE ORGANISATIONS » (préfixe TEST en essai).",
)
VALIDITE = Regle(
    "INSI-TLS-04",
    "Le certificat est dans sa période de validité",
    f"{X509}, § 4.1.2.5",
    Confiance.OFFICIELLE,
    "Renouveler le certificat, ou mettre à l'heure le poste.",
)
USAGE = Regle(
    "INSI-TLS-05",
    "Le certificat sert à l'authentification d'un client",
    f"{X509}, § 4.2.1.12 (extendedKeyUsage)",
    Confiance.OFFICIELLE,
    "Présenter le certificat d'authentification (AUTH_CLI), pas celui de signature.",
)
SANS_ASSERTION = Regle(
    "INSI-TLS-06",
    "Aucune assertion n'accompagne le certificat logiciel",
    f"{GUIDE}, modes d'authentification",
    Confiance.SECONDAIRE,
    "En TLS mutuel, ne pas envoyer d'en-tête wsse:Security.",
)

_OU = "connexion TLS"
_AUTORITES = ("AC IGC-SANTE ELEMENTAIRE ORGANISATIONS", "TEST AC IGC-SANTE ELEMENTAIRE ORGANISATIONS")


@verification(VERSION_TLS)
def version_tls(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """La connexion est en TLS 1.2 ou plus."""
    tls = appel.echange.tls
    n = (appel.numero,)
    if tls is None:
        return [VERSION_TLS.sans_objet("connexion TLS non observée", echanges=n)]
    if tls.version in ("TLSv1.2", "TLSv1.3"):
        return [VERSION_TLS.respectee(recu=tls.version, echanges=n)]
    return [
        VERSION_TLS.enfreinte(
            "version de TLS trop ancienne", attendu="TLSv1.2 ou TLSv1.3", recu=tls.version, ou=_OU, echanges=n
        )
    ]


@verification(NOM_COMMUN, EMETTEUR, VALIDITE, USAGE, SANS_ASSERTION)
def certificat_client(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Le certificat logiciel a le bon nom, la bonne autorité, la bonne période et le bon usage."""
    if appel.mode is not Mode.CERTIFICAT:
        return []
    certificat = appel.certificat
    if certificat is None:
        return [
            NOM_COMMUN.sans_objet("le certificat présenté est illisible", echanges=(appel.numero,)),
        ]
    return [
        _nom_commun(certificat, appel),
        _emetteur(certificat, appel),
        _validite(certificat, appel),
        _usage(certificat, appel),
        _sans_assertion(appel),
    ]


def _cn(nom: x509.Name) -> str:
    valeurs = nom.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(valeurs[0].value) if len(valeurs) == 1 else ""


def _nom_commun(certificat: x509.Certificate, appel: Appel) -> Constat:
    recu = _cn(certificat.subject)
    if recu in CN_ADMIS:
        return NOM_COMMUN.respectee(recu=recu, echanges=(appel.numero,))
    return NOM_COMMUN.enfreinte(
        "nom commun du certificat inattendu",
        attendu=" ou ".join(CN_ADMIS),
        recu=recu or "aucun CN, ou plusieurs",
        ou="certificat client, sujet, CN",
        echanges=(appel.numero,),
    )


def _emetteur(certificat: x509.Certificate, appel: Appel) -> Constat:
    recu = _cn(certificat.issuer)
    if recu in _AUTORITES:
        return EMETTEUR.respectee(recu=recu, echanges=(appel.numero,))
    return EMETTEUR.enfreinte(
        "autorité émettrice inattendue",
        attendu=" ou ".join(_AUTORITES),
        recu=recu,
        ou="certificat client, émetteur, CN",
        echanges=(appel.numero,),
    )


def _validite(certificat: x509.Certificate, appel: Appel) -> Constat:
    debut, fin = certificat.not_valid_before_utc, certificat.not_valid_after_utc
    recu = f"valable du {debut:%d/%m/%Y} au {fin:%d/%m/%Y}"
    if debut <= appel.echange.debut <= fin:
        return VALIDITE.respectee(recu=recu, echanges=(appel.numero,))
    return VALIDITE.enfreinte(
        "certificat hors de sa période de validité",
        attendu=f"valable le {appel.echange.debut:%d/%m/%Y}",
        recu=recu,
        ou="certificat client, période de validité",
        echanges=(appel.numero,),
    )


def _usage(certificat: x509.Certificate, appel: Appel) -> Constat:
    try:
        usages = list(certificat.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        # RFC 5280 : sans cette extension, l'usage n'est pas restreint.
        return USAGE.respectee(recu="usage non restreint", echanges=(appel.numero,))
    if ExtendedKeyUsageOID.CLIENT_AUTH in usages:
        return USAGE.respectee(recu="clientAuth", echanges=(appel.numero,))
    return USAGE.enfreinte(
        "usage du certificat inadapté",
        attendu="clientAuth",
        recu=", ".join(usage.dotted_string for usage in usages),
        ou="certificat client, extendedKeyUsage",
        echanges=(appel.numero,),
    )


def _sans_assertion(appel: Appel) -> Constat:
    if not appel.assertions:
        return SANS_ASSERTION.respectee(recu="aucune assertion", echanges=(appel.numero,))
    return SANS_ASSERTION.enfreinte(
        "assertion envoyée avec un certificat logiciel",
        attendu="pas de wsse:Security",
        recu=f"{len(appel.assertions)} assertion(s)",
        ou="/Envelope/Header/Security",
        echanges=(appel.numero,),
    )
