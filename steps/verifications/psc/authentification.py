"""Le logiciel face au fournisseur (PSC-CLI, PSC-TLS) : méthode d'authentification, secret, certificat, version de TLS.

authentification(dialogue, client) -> list[Constat]
transport(dialogue) -> Constat
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from reports.constat import Confiance, Constat, Regle
from steps.verifications.psc import sources
from steps.verifications.psc.contexte import ClientDeclare
from steps.verifications.psc.lecture import Appel, Dialogue, numeros
from steps.verifications.registre import verification

TLS = Regle(
    "PSC-TLS-01", "La connexion est en TLS 1.2 ou plus récent",
    f"{sources.VOLET}, confidentialité : TLS 1.0 et 1.1 interdits", Confiance.OFFICIELLE,
    "Désactiver SSL, TLS 1.0 et TLS 1.1 dans le client.",
)  # fmt: skip
AUTHENTIFIE = Regle(
    "PSC-CLI-01", "Le logiciel s'authentifie au point de jetons, d'une seule façon",
    f"{sources.RFC6749.format('2.3')} ; ANS, foire aux questions (secret ou TLS mutuel)", Confiance.OFFICIELLE,
    "S'authentifier à chaque appel : secret, assertion signée ou certificat TLS, une seule méthode à la fois.",
)  # fmt: skip
DECLAREE = Regle(
    "PSC-CLI-02", "La méthode d'authentification est celle déclarée", sources.DECLARATION, Confiance.DEDUITE,
    "Corriger la déclaration (authentification) ou la configuration du client.",
)  # fmt: skip
SECRET = Regle(
    "PSC-CLI-03", "Le secret du client n'est dans aucune adresse et ne passe pas par le navigateur",
    f"{sources.RFC6749.format('2.3.1')} ; {sources.DOC}, qui cite l'exigence 22 du référentiel", Confiance.OFFICIELLE,
    "N'envoyer le secret qu'au point de jetons, dans l'en-tête Authorization ou le corps.",
)  # fmt: skip
CERTIFICAT = Regle(
    "PSC-CLI-04", "Un certificat client est présenté quand le TLS mutuel est déclaré", sources.RFC8705.format("2"),
    Confiance.OFFICIELLE, "Présenter le certificat ORG AUTH_CLI de l'IGC-Santé à chaque appel de serveur.",
)  # fmt: skip
USAGE = Regle(
    "PSC-CLI-05", "Le certificat client est valide et sert à l'authentification", "RFC 5280, § 4.1.2.5 et 4.2.1.12",
    Confiance.OFFICIELLE, "Présenter un certificat en cours de validité, d'usage clientAuth.",
)  # fmt: skip

MUTUEL = "tls_client_auth"
_SECRETS = ("client_secret", "client_assertion")


@verification(TLS)
def transport(dialogue: Dialogue) -> Constat:
    """Chaque appel du serveur du logiciel est en TLS 1.2 ou 1.3."""
    appels = [a for a in dialogue.du_serveur if a.echange.tls is not None]
    if not appels:
        return TLS.sans_objet("aucun appel du logiciel au fournisseur n'a été observé")
    versions = {a.numero: a.echange.tls.version for a in appels if a.echange.tls}
    vieux = [a for a in appels if versions[a.numero] not in ("TLSv1.2", "TLSv1.3")]
    recu = ", ".join(sorted(set(versions.values())))
    if vieux:
        return TLS.enfreinte(
            "La version de TLS est trop ancienne.", attendu="TLSv1.2 ou TLSv1.3", recu=recu, ou="connexion TLS",
            echanges=numeros(vieux),
        )  # fmt: skip
    return TLS.respectee(recu=recu, ou="connexion TLS", echanges=numeros(appels))


@verification(AUTHENTIFIE, DECLAREE, SECRET, CERTIFICAT, USAGE)
def authentification(dialogue: Dialogue, client: ClientDeclare) -> list[Constat]:
    """Comment le logiciel s'authentifie aux points de jetons et CIBA."""
    appels = [a for a in (*dialogue.jetons, *dialogue.ciba) if a.note("authentification") or a.note("client")]
    constats = [_secret(dialogue)]
    if not appels:
        return constats
    return [*constats, _authentifie(appels), *_declaree(appels, client), *_certificat(dialogue, client)]


def _methodes(appel: Appel) -> set[str]:
    """Ce que la requête porte : un secret d'en-tête, de corps, une assertion ; la note dit le reste."""
    vues = set()
    if appel.entete("authorization"):
        vues.add("client_secret_basic")
    if appel.formulaire.get("client_secret"):
        vues.add("client_secret_post")
    if appel.formulaire.get("client_assertion"):
        vues.add("client_assertion")
    return vues


def _authentifie(appels: Sequence[Appel]) -> Constat:
    sans = [a for a in appels if a.note("authentification") in ("", "aucune")]
    doubles = [a for a in appels if len(_methodes(a)) > 1]
    ou = "point de jetons, authentification du client"
    attendu = "une méthode d'authentification"
    if sans:
        return AUTHENTIFIE.enfreinte(
            "Le logiciel ne s'authentifie pas.", attendu=attendu, recu="aucune", ou=ou, echanges=numeros(sans)
        )
    if doubles:
        return AUTHENTIFIE.enfreinte(
            "Le logiciel s'authentifie de deux façons dans la même requête.", attendu=attendu,
            recu=" et ".join(sorted(_methodes(doubles[0]))), ou=ou, echanges=numeros(doubles),
        )  # fmt: skip
    recu = ", ".join(sorted({a.note("authentification") for a in appels}))
    return AUTHENTIFIE.respectee(recu=recu, ou=ou, echanges=numeros(appels))


def _declaree(appels: Sequence[Appel], client: ClientDeclare) -> list[Constat]:
    if not client.authentification:
        return []
    autres = [a for a in appels if a.note("authentification") not in ("", "aucune", client.authentification)]
    ou = "point de jetons, authentification du client"
    if not autres:
        return [DECLAREE.respectee(recu=client.authentification, ou=ou, echanges=numeros(appels))]
    return [
        DECLAREE.enfreinte(
            "La méthode d'authentification n'est pas celle déclarée.", attendu=client.authentification,
            recu=autres[0].note("authentification"), ou=ou, echanges=numeros(autres),
        )
    ]  # fmt: skip


def _secret(dialogue: Dialogue) -> Constat:
    par_adresse = [a for a in dialogue.du_serveur if any(a.adresse.get(nom) for nom in _SECRETS)]
    par_navigateur = [a for a in (*dialogue.demandes, *dialogue.fins) if any(a.tous(nom) for nom in _SECRETS)]
    fautes = sorted((*par_adresse, *par_navigateur), key=lambda a: a.numero)
    examines = (*dialogue.demandes, *dialogue.du_serveur, *dialogue.fins)
    if not examines:
        return SECRET.sans_objet("aucun échange avec le fournisseur d'identité")
    if fautes:
        return SECRET.enfreinte(
            "Un secret du client est dans une adresse ou passe par le navigateur.",
            attendu="l'en-tête Authorization ou le corps de l'appel au point de jetons",
            recu=", ".join(sorted({nom for a in fautes for nom in _SECRETS if a.tous(nom)})),
            ou=f"{fautes[0].echange.operation}, paramètres", echanges=numeros(fautes),
        )  # fmt: skip
    return SECRET.respectee(recu=f"{len(examines)} échange(s) examinés", ou="adresses", echanges=numeros(examines)[:50])


def _certificat(dialogue: Dialogue, client: ClientDeclare) -> list[Constat]:
    appels = [a for a in (*dialogue.jetons, *dialogue.userinfos, *dialogue.ciba) if a.echange.tls is not None]
    avec = [a for a in appels if a.echange.tls and a.echange.tls.certificat]
    sans = [a for a in appels if a not in avec]
    ou, attendu = "connexion TLS, certificat client", "un certificat client à chaque appel"
    constats = []
    if client.authentification == MUTUEL and sans:
        constats.append(
            CERTIFICAT.enfreinte(
                "Le TLS mutuel est déclaré et aucun certificat n'est présenté.", attendu=attendu,
                recu=f"{len(sans)} appel(s) sans certificat", ou=ou, echanges=numeros(sans),
            )
        )  # fmt: skip
    elif avec and not sans:
        constats.append(
            CERTIFICAT.respectee(
                recu=avec[0].note("certificat") or "certificat présenté", ou=ou, echanges=numeros(avec)
            )
        )
    elif appels:
        constats.append(
            CERTIFICAT.signalee(
                "Aucun certificat client n'est présenté : l'exigence EX PSC 24 le demanderait (rapportée par un tiers, "
                "pas appliquée à ce jour) ; l'espace communautaire admet le secret.",
                attendu=attendu, recu=f"{len(sans)} appel(s) sans certificat", ou=ou, echanges=numeros(sans)[:20],
            )
        )  # fmt: skip
    return [*constats, *_usage(avec)]


def _usage(avec: Sequence[Appel]) -> list[Constat]:
    constats = []
    vus: set[bytes] = set()
    for appel in avec:
        der = appel.echange.tls.certificat if appel.echange.tls else None
        if der is None or der in vus:
            continue
        vus.add(der)
        constats.append(_un_certificat(der, appel))
    return constats


def _un_certificat(der: bytes, appel: Appel) -> Constat:
    ou, n = "connexion TLS, certificat client", (appel.numero,)
    try:
        certificat = x509.load_der_x509_certificate(der)
        usages = list(certificat.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH]  # sans l'extension, l'usage n'est pas restreint
    except ValueError:
        return USAGE.sans_objet("le certificat présenté est illisible", echanges=n)
    recu = f"valable jusqu'au {certificat.not_valid_after_utc:%d/%m/%Y}"
    valide = certificat.not_valid_before_utc <= appel.echange.debut <= certificat.not_valid_after_utc
    if valide and ExtendedKeyUsageOID.CLIENT_AUTH in usages:
        return USAGE.respectee(recu=recu, ou=ou, echanges=n)
    return USAGE.enfreinte(
        "Le certificat client est hors de sa période de validité." if not valide else "Son usage n'est pas clientAuth.",
        attendu="un certificat valide, d'usage clientAuth", recu=recu, ou=ou, echanges=n,
    )  # fmt: skip
