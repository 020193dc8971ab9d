"""Le VIHF vu comme assertion SAML : signature, signataire, fraîcheur, unicité."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.vihf import Vihf, lire_instant, lire_vihf
from simulators.dmp.vihf_signature import AssertionSignee, ErreurSignature, meme_nom, verifier_signature
from simulators.socle.echange import Echange
from steps.jugements.marque import rejouable
from steps.verifications.cda.jugement import juger
from steps.verifications.dmp import certificats
from steps.verifications.dmp.contexte import ContexteDmp
from steps.verifications.dmp.message import message_ou_rien, vihf_de
from steps.verifications.registre import verification

FORMAT_ISSUER = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
_OU = "soap:Header/wsse:Security/saml:Assertion"
_ECHANTILLONS = "Échantillons officiels de VIHF (DMP) ; OASIS, SAML 2.0 Core"

SIGNATURE = Regle(
    "DMP-VIHF-01", "La signature du VIHF est valide et couvre l'assertion", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Signer l'assertion entière (référence #ID, canonisation exclusive) et ne plus la modifier ensuite.",
)  # fmt: skip
ISSUER = Regle(
    "DMP-VIHF-02", "Issuer est le nom du certificat de signature", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire dans Issuer le sujet du certificat signataire (RFC 2253), Format X509SubjectName.",
)  # fmt: skip
CONFIANCE_SIGNATAIRE = Regle(
    "DMP-VIHF-03", "Le signataire est certifié par une autorité de confiance", "IGC-Santé ; essai : IGC du banc",
    Confiance.DOCUMENTEE, "Signer avec un certificat de l'IGC fournie par le fichier d'environnement.",
)  # fmt: skip
USAGE_SIGNATAIRE = Regle(
    "DMP-VIHF-04", "Le VIHF est signé avec un certificat de signature",
    "Clients publics du DMP (DMPInvalidCertificate si le certificat d'authentification signe)", Confiance.DOCUMENTEE,
    "Signer avec ORG_SIGN ou le certificat de signature de la carte, pas avec celui qui sert à TLS.",
)  # fmt: skip
ALGORITHME = Regle(
    "DMP-VIHF-05", "La signature n'emploie pas SHA-1", "RGS ; pratique des clients actuels (RSA-SHA256)",
    Confiance.DEDUITE, "Signer en RSA-SHA256, condensat SHA-256.",
)  # fmt: skip
INSTANT = Regle(
    "DMP-VIHF-06", "IssueInstant est un instant en temps universel", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire IssueInstant en UTC (AAAA-MM-JJThh:mm:ssZ).",
)  # fmt: skip
FRAICHEUR = Regle(
    "DMP-VIHF-07", "Le VIHF est récent au moment de l'appel", "Durée de vie non publiée : fenêtre choisie par le banc",
    Confiance.DEDUITE, "Produire un VIHF par appel, avec une horloge synchronisée.",
)  # fmt: skip
UNICITE = Regle(
    "DMP-VIHF-08", "Un VIHF ne sert que pour un patient", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Donner à chaque assertion un ID unique et n'en réemployer aucune pour un autre patient.",
)  # fmt: skip
AUDIENCE = Regle(
    "DMP-VIHF-09", "Le VIHF ne porte pas d'AudienceRestriction", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Retirer AudienceRestriction des Conditions.",
)  # fmt: skip
VERSION_SAML = Regle(
    "DMP-VIHF-10", "L'assertion est en SAML 2.0, avec un ID", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire Version=2.0 et un ID unique.",
)  # fmt: skip


def assertion_signee(echange: Echange, *, sha1_accepte: bool = True) -> AssertionSignee | None:
    """L'assertion telle que signée ; None si la signature ne vaut rien."""
    message = message_ou_rien(echange)
    if message is None or len(message.assertions) != 1:
        return None
    try:
        return verifier_signature(message.assertions[0], sha1_accepte=sha1_accepte)
    except ErreurSignature:
        return None


@verification(SIGNATURE, ISSUER, CONFIANCE_SIGNATAIRE, USAGE_SIGNATAIRE, ALGORITHME)
def signature(echange: Echange, contexte: ContexteDmp) -> list[Constat]:
    """La signature vaut, elle est du bon certificat, et Issuer le nomme."""
    numero = (echange.numero,)
    message = message_ou_rien(echange)
    if message is None or len(message.assertions) != 1:
        return [SIGNATURE.sans_objet("aucun VIHF unique à vérifier", echanges=numero)]
    client = echange.tls.certificat if echange.tls else None
    return signature_de(message.assertions[0], contexte, client=client, echanges=numero)


@rejouable
def signature_de(
    element: etree._Element, contexte: ContexteDmp, *, client: bytes | None = None, echanges: tuple[int, ...] = ()
) -> list[Constat]:
    """Signature, signataire et Issuer d'un VIHF. `client` : certificat DER présenté à la connexion, s'il est connu."""
    numero = echanges
    try:
        signee = verifier_signature(element, sha1_accepte=True)
    except ErreurSignature as erreur:
        return [
            SIGNATURE.enfreinte(
                "La signature du VIHF n'est pas valide.", attendu="une signature enveloppée valide de l'assertion",
                recu=str(erreur), ou=f"{_OU}/ds:Signature", echanges=numero,
            )
        ]  # fmt: skip
    lu, ecrit = lire_vihf(signee.element), lire_vihf(element)
    nom = certificats.sujet(signee.certificat)
    algorithmes = f"{ecrit.algorithme_signature}, {ecrit.algorithme_condensat}"
    meme_que_tls = client is not None and certificats.charger(client) == signee.certificat
    constats = [
        SIGNATURE.respectee(recu=nom, ou=f"{_OU}/ds:Signature", echanges=numero),
        juger(
            ISSUER, lu.issuer_format == FORMAT_ISSUER and meme_nom(lu.issuer, signee.certificat),
            "Issuer n'est pas le nom du certificat de signature.",
            attendu=f"{nom} ({FORMAT_ISSUER})", recu=f"{lu.issuer} ({lu.issuer_format})", ou=f"{_OU}/Issuer",
            echanges=numero,
        ),
        juger(
            USAGE_SIGNATAIRE, not certificats.reserve_a_l_authentification(signee.certificat) and not meme_que_tls,
            "Le VIHF est signé avec un certificat d'authentification.",
            attendu="un certificat de signature (cachet ou carte)", recu=nom, ou=f"{_OU}/ds:Signature/ds:KeyInfo",
            echanges=numero,
        ),
    ]  # fmt: skip
    if contexte.ancres:
        constats.append(
            juger(
                CONFIANCE_SIGNATAIRE, certificats.emis_par(signee.certificat, contexte.ancres),
                "Le certificat de signature ne vient pas d'une autorité de confiance.",
                attendu="un certificat émis par l'IGC de l'essai", recu=signee.certificat.issuer.rfc4514_string(),
                ou=f"{_OU}/ds:Signature/ds:KeyInfo", echanges=numero,
            )
        )  # fmt: skip
    if not contexte.sha1_accepte:
        constats.append(
            juger(
                ALGORITHME, "sha1" not in algorithmes.lower(), "La signature du VIHF emploie SHA-1.",
                attendu="RSA-SHA256", recu=algorithmes, ou=f"{_OU}/ds:Signature/ds:SignedInfo", echanges=numero,
            )
        )  # fmt: skip
    return constats


@verification(VERSION_SAML, INSTANT, FRAICHEUR, AUDIENCE)
def assertion(echange: Echange, vihf: Vihf, contexte: ContexteDmp) -> list[Constat]:
    """SAML 2.0, récente, sans restriction d'audience."""
    numero = (echange.numero,)
    emission = lire_instant(vihf.issue_instant)
    ecart = (echange.debut - emission).total_seconds() if emission else 0.0
    derive, validite = contexte.derive_horloge.total_seconds(), contexte.validite_vihf.total_seconds()
    constats = [
        juger(
            VERSION_SAML, vihf.version == "2.0" and bool(vihf.id), "L'assertion n'est pas en SAML 2.0 ou n'a pas d'ID.",
            attendu="Version 2.0, ID", recu=f"Version {vihf.version}, ID {vihf.id}", ou=_OU, echanges=numero,
        ),
        juger(
            INSTANT, emission is not None and vihf.issue_instant.strip().endswith(("Z", "+00:00")),
            "IssueInstant n'est pas un instant en temps universel.",
            attendu="AAAA-MM-JJThh:mm:ss[.sss]Z", recu=vihf.issue_instant, ou=f"{_OU}/@IssueInstant", echanges=numero,
        ),
        juger(
            AUDIENCE, not vihf.audience, "Le VIHF porte une AudienceRestriction.",
            attendu="aucune", recu="présente" if vihf.audience else "absente", ou=f"{_OU}/Conditions", echanges=numero,
        ),
    ]  # fmt: skip
    if emission is not None and contexte.instant_connu:
        constats.append(
            juger(
                FRAICHEUR, -derive <= ecart <= validite + derive, "Le VIHF n'est pas récent au moment de l'appel.",
                attendu=f"émis depuis moins de {validite:.0f} s (dérive {derive:.0f} s)",
                recu=f"émis {ecart:.0f} s avant l'appel", ou=f"{_OU}/@IssueInstant", echanges=numero,
            )
        )  # fmt: skip
    return constats


@verification(UNICITE)
def vihf_propre_a_un_patient(echanges: Sequence[Echange]) -> Constat:
    """Aucun ID d'assertion ne sert pour deux patients."""
    patients: dict[str, dict[str, int]] = {}
    for echange in echanges:
        vihf = vihf_de(echange) if echange.service == "dmp" and echange.requete.methode == "POST" else None
        if vihf is not None and vihf.id and vihf.resource_id:
            patients.setdefault(vihf.id, {}).setdefault(vihf.resource_id, echange.numero)
    if not patients:
        return UNICITE.sans_objet("aucun VIHF observé")
    fautifs = {identifiant: vus for identifiant, vus in patients.items() if len(vus) > 1}
    return juger(
        UNICITE, not fautifs, "Un même VIHF a servi pour plusieurs patients.", attendu="un VIHF par patient",
        recu=", ".join(f"{ident} : {len(vus)} patients" for ident, vus in fautifs.items()) or f"{len(patients)} VIHF",
        ou=f"{_OU}/@ID", echanges=tuple(n for vus in (fautifs or patients).values() for n in vus.values()),
    )  # fmt: skip
