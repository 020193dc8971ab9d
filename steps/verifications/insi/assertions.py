"""Assertion du professionnel : présence, signature, certificat, identité, fraîcheur, attributs ; mode PSC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from reports.constat import Confiance, Constat, Regle
from simulators.insi import espaces as e
from simulators.insi.assertion import AssertionLue, Genre, lire_profil_signature
from steps.verifications.insi.appels import Appel, Mode
from steps.verifications.insi.contexte import ContexteInsi
from steps.verifications.insi.sources import CONTRAT, GUIDE
from steps.verifications.registre import verification

PRESENCE = Regle(
    "INSI-SAML-01",
    "Sans certificat logiciel, le message porte une assertion de professionnel et une seule",
    f"{CONTRAT}, modes d'authentification",
    Confiance.DOCUMENTEE,
    "Mettre dans wsse:Security l'assertion du professionnel, une seule fois.",
)
IDENTITE = Regle(
    "INSI-SAML-05",
    "Le NameID est l'identifiant national porté par le certificat",
    f"{CONTRAT}, assertion PS",
    Confiance.DOCUMENTEE,
    "Écrire dans NameID l'identifiant national du professionnel lu dans le certificat.",
)
EMETTEUR = Regle(
    "INSI-SAML-06",
    "Issuer est le sujet du certificat du signataire, au format X509SubjectName",
    f"{CONTRAT}, assertion PS",
    Confiance.DOCUMENTEE,
    "Écrire dans Issuer le nom distinctif du sujet du certificat de la carte.",
)
FRAICHEUR = Regle(
    "INSI-SAML-07",
    "L'assertion a été émise il y a une heure au plus",
    f"{CONTRAT} (commentaire d'un client : refusée environ une heure après son émission)",
    Confiance.DOCUMENTEE,
    "Refaire une assertion quand la précédente a plus d'une heure.",
)
ATTRIBUTS = Regle(
    "INSI-SAML-08",
    "identifiantFacturation et secteurActivite sont donnés, une valeur chacun",
    f"{GUIDE}, attributs de l'assertion",
    Confiance.SECONDAIRE,
    "Ajouter l'attribut manquant à l'AttributeStatement.",
)
FORME = Regle(
    "INSI-SAML-09",
    "L'assertion est en version 2.0 et porte un ID valide",
    "OASIS SAML 2.0 core, § 1.3.4 et § 2.3.3",
    Confiance.OFFICIELLE,
    'Écrire Version="2.0" et un ID qui commence par _.',
)
PSC = Regle(
    "INSI-SAML-10",
    "En mode Pro Santé Connect, l'assertion n'est pas signée",
    f"{GUIDE}, mode Pro Santé Connect",
    Confiance.SECONDAIRE,
    "En mode PSC, envoyer l'assertion sans signature, NameQualifier « PSC ».",
)

QUALIFIANT = Regle(
    "INSI-SAML-11",
    "NameQualifier dit d'où vient l'identité : CPS ou PSC",
    f"{CONTRAT}, assertion PS (clients publics)",
    Confiance.SECONDAIRE,
    'Écrire NameQualifier="CPS" (carte) ou "PSC" (Pro Santé Connect), en capitales.',
)
VALEURS = Regle(
    "INSI-SAML-12",
    "secteurActivite et identifiantFacturation ont leur forme",
    f"{GUIDE}, attributs de l'assertion",
    Confiance.SECONDAIRE,
    "Écrire SA et deux chiffres ; 9 caractères (AM, FINESS) ou 14 chiffres (SIRET) pour l'identifiant de facturation.",
)

_OU = "/Envelope/Header/Security/Assertion"
_HEURE = timedelta(hours=1)
_SECTEUR = re.compile(r"SA\d{2}", re.ASCII)
_FACTURATION = re.compile(r"[0-9AB]{9}|\d{14}", re.ASCII)
_NCNAME = re.compile(r"[A-Za-z_][\w.\-]*")


def principale(appel: Appel) -> AssertionLue | None:
    """L'assertion qui authentifie, s'il y en a exactement une."""
    lues = [lue for lue in appel.assertions if lue.genre is not Genre.AUTRE]
    return lues[0] if len(lues) == 1 else None


@verification(PRESENCE)
def presence(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Une assertion, ni plus ni moins, quand il n'y a pas de certificat logiciel."""
    if appel.mode is Mode.CERTIFICAT or appel.message is None:
        return []
    if not appel.connexion_vue and not appel.assertions:
        return []
    if appel.api_psc and not appel.assertions:
        # Rien de public ne dit si l'API Pro Santé Connectée attend encore l'assertion.
        return []
    n = (appel.numero,)
    lues = [lue for lue in appel.assertions if lue.genre is not Genre.AUTRE]
    if len(lues) == 1:
        suite = " ; son admission par INSi n'est pas connue du banc" if lues[0].genre is Genre.STRUCTURE else ""
        return [
            PRESENCE.respectee(
                f"une assertion en mode {lues[0].genre.value}{suite}", recu=lues[0].name_id or "", echanges=n
            )
        ]
    return [
        PRESENCE.enfreinte(
            "nombre d'assertions inattendu",
            attendu="une assertion, NameQualifier CPS (carte) ou PSC",
            recu=f"{len(lues)} (et {len(appel.assertions) - len(lues)} d'un autre genre)",
            ou="/Envelope/Header/Security",
            echanges=n,
        )
    ]


@verification(IDENTITE, EMETTEUR)
def identite(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """L'assertion dit le même professionnel que le certificat qui la signe."""
    lue = principale(appel)
    if lue is None or lue.genre is not Genre.PS:
        return []
    certificat = lire_profil_signature(lue.element).certificat
    if certificat is None:
        return []
    n = (appel.numero,)
    sujet = certificat.subject
    noms = {str(attribut.value) for attribut in sujet}
    # L'identifiant est dans le CN (IGC-Santé) ou dans un autre attribut du sujet selon la génération de carte.
    if lue.name_id and lue.name_id in noms:
        constats = [IDENTITE.respectee(recu=lue.name_id, echanges=n)]
    else:
        communs = [str(attribut.value) for attribut in sujet.get_attributes_for_oid(NameOID.COMMON_NAME)]
        constats = [
            IDENTITE.enfreinte(
                "le professionnel de l'assertion n'est pas celui du certificat",
                attendu=", ".join(communs) or sujet.rfc4514_string(),
                recu=lue.name_id or "absent",
                ou=f"{_OU}/Subject/NameID",
                echanges=n,
            )
        ]
    if lue.format_emetteur == e.FORMAT_SUJET_X509 and _meme_sujet(lue.emetteur or "", sujet):
        constats.append(EMETTEUR.respectee(recu=lue.emetteur or "", echanges=n))
    else:
        constats.append(
            EMETTEUR.enfreinte(
                "émetteur de l'assertion différent du sujet du certificat",
                attendu=f"{sujet.rfc4514_string()} (format X509SubjectName)",
                recu=f"{lue.emetteur or 'absent'} (format {lue.format_emetteur or 'absent'})",
                ou=f"{_OU}/Issuer",
                echanges=n,
            )
        )
    return constats


def _meme_sujet(ecrit: str, sujet: x509.Name) -> bool:
    """Plusieurs écritures d'un même nom distinctif circulent : on compare les valeurs, sans ordre ni étiquettes."""
    recues = set()
    for morceau in re.split(r"(?<!\\)[,/+;\n]", ecrit):
        valeur = morceau.partition("=")[2].strip().strip('"').replace("\\", "")
        if valeur:
            recues.add(valeur.casefold())
    return bool(recues) and recues == {str(attribut.value).strip().casefold() for attribut in sujet}


@verification(FRAICHEUR)
def fraicheur(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """L'assertion a moins d'une heure à l'instant de l'appel."""
    lue = principale(appel)
    if lue is None or lue.genre is Genre.STRUCTURE:
        return []
    n = (appel.numero,)
    try:
        emise: datetime | None = datetime.fromisoformat(lue.emission or "")
    except ValueError:
        emise = None
    if emise is not None and emise.tzinfo is None:
        emise = emise.replace(tzinfo=UTC)
    if (
        emise is not None
        and emise <= appel.echange.debut + timedelta(minutes=5)
        and (appel.echange.debut - emise <= _HEURE)
    ):
        return [FRAICHEUR.respectee(recu=lue.emission or "", echanges=n)] if contexte.instant_connu else []
    return [
        FRAICHEUR.enfreinte(
            "assertion périmée ou datée du futur",
            attendu=f"entre {appel.echange.debut - _HEURE:%Y-%m-%dT%H:%M:%SZ} et l'appel",
            recu=lue.emission or "absent",
            ou=f"{_OU}/@IssueInstant",
            echanges=n,
        )
    ]


@verification(ATTRIBUTS)
def attributs(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Les attributs attendus sont donnés ; `codeSpecialite` ou `codeSpecialiteAMO`, l'un ou l'autre, est rapporté."""
    lue = principale(appel)
    if lue is None or lue.genre is Genre.STRUCTURE:
        return []
    recus = ", ".join(f"{nom}={'|'.join(valeurs)}" for nom, valeurs in lue.attributs.items()) or "aucun"
    defauts = [
        nom
        for nom in ("identifiantFacturation", "secteurActivite")
        if len([valeur for valeur in lue.attributs.get(nom, ()) if valeur]) != 1
    ]
    if not defauts:
        return [ATTRIBUTS.respectee(recu=recus, echanges=(appel.numero,))]
    return [
        ATTRIBUTS.enfreinte(
            f"attribut absent, vide ou multiple : {', '.join(defauts)}",
            attendu="identifiantFacturation et secteurActivite, une valeur chacun",
            recu=recus,
            ou=f"{_OU}/AttributeStatement",
            echanges=(appel.numero,),
        )
    ]


@verification(QUALIFIANT, VALEURS)
def valeurs(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Qualifiant du sujet et forme des attributs d'un professionnel."""
    lue = principale(appel)
    if lue is None or lue.genre is Genre.STRUCTURE:
        return []
    n = (appel.numero,)
    recu = lue.qualifiant or "absent"
    formes = (("secteurActivite", _SECTEUR), ("identifiantFacturation", _FACTURATION))
    faux = [
        f"{nom} « {valeur} »"
        for nom, forme_attendue in formes
        for valeur in lue.attributs.get(nom, ())
        if valeur and not forme_attendue.fullmatch(valeur)
    ]
    return [
        QUALIFIANT.respectee(recu=recu, echanges=n)
        if recu in ("CPS", "PSC")
        else QUALIFIANT.enfreinte(
            "qualifiant du sujet inattendu",
            attendu="CPS ou PSC",
            recu=recu,
            ou=f"{_OU}/Subject/NameID/@NameQualifier",
            echanges=n,
        ),
        VALEURS.enfreinte(
            "attribut de forme inattendue",
            attendu="secteurActivite SAxx, identifiantFacturation de 9 caractères ou de 14 chiffres",
            recu=", ".join(faux),
            ou=f"{_OU}/AttributeStatement",
            echanges=n,
        )
        if faux
        else VALEURS.respectee(recu="formes attendues", echanges=n),
    ]


@verification(FORME, PSC)
def forme(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Version et identifiant de l'assertion ; absence de signature en mode Pro Santé Connect."""
    lue = principale(appel)
    if lue is None:
        return []
    n = (appel.numero,)
    recu = f"Version={lue.version or 'absente'}, ID={lue.id or 'absent'}"
    constats = [
        FORME.respectee(recu=recu, echanges=n)
        if lue.version == "2.0" and _NCNAME.fullmatch(lue.id or "")
        else FORME.enfreinte(
            "version ou identifiant de l'assertion inattendu",
            attendu='Version="2.0", ID qui est un NCName',
            recu=recu,
            ou=_OU,
            echanges=n,
        )
    ]
    if lue.genre is Genre.PSC:
        constats.append(
            PSC.respectee(recu="assertion non signée, NameQualifier PSC", echanges=n)
            if not lue.signee
            else PSC.enfreinte(
                "assertion PSC signée",
                attendu="pas de signature",
                recu="une signature",
                ou=f"{_OU}/Signature",
                echanges=n,
            )
        )
    return constats
