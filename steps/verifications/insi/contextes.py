"""ContexteBAM et ContexteLPS : présence, versions, identifiants, heure, émetteur, progiciel."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography.x509.oid import NameOID

from reports.constat import Confiance, Constat, Regle
from simulators.insi import espaces as e
from simulators.insi.assertion import Genre
from simulators.insi.enveloppe import ContexteBam, ContexteLps
from steps.verifications.insi.appels import Appel, Mode
from steps.verifications.insi.contexte import ContexteInsi
from steps.verifications.insi.protocole import UUID
from steps.verifications.insi.schema_lisible import defauts
from steps.verifications.insi.sources import BANC, CONTRAT
from steps.verifications.registre import verification

PRESENCE = Regle(
    "INSI-CTX-01",
    "ContexteBAM et ContexteLPS sont présents une fois chacun",
    f"{CONTRAT}, en-têtes",
    Confiance.DOCUMENTEE,
    "Ajouter les deux contextes à l'en-tête SOAP.",
)
STRUCTURE = Regle(
    "INSI-CTX-02",
    "Les contextes ont la structure du contrat, COUVERTURE comprise",
    f"{CONTRAT}, schémas ctxbam et ctxlps (schémas du banc écrits d'après ses tables)",
    Confiance.DOCUMENTEE,
    "Corriger l'élément désigné ; COUVERTURE est obligatoire, vide pour une recherche par traits.",
)
VERSIONS = Regle(
    "INSI-CTX-03",
    "Les versions sont 01_02 (ContexteBAM) et 01_00 (ContexteLPS)",
    f"{CONTRAT}, en-têtes",
    Confiance.DOCUMENTEE,
    "Corriger l'attribut Version du contexte.",
)
IDENTIFIANTS = Regle(
    "INSI-CTX-04",
    "Les Id des contextes sont des UUID",
    f"{CONTRAT}, messages relevés",
    Confiance.DOCUMENTEE,
    "Tirer un UUID neuf pour l'Id de chaque contexte, à chaque appel.",
)
HEURE = Regle(
    "INSI-CTX-05",
    "Temps est l'heure de l'appel, avec son fuseau, à 5 minutes près",
    f"{BANC} (tolérance choisie par le banc)",
    Confiance.DEDUITE,
    "Écrire l'heure UTC de l'envoi (AAAA-MM-JJThh:mm:ss.sssZ) et mettre le poste à l'heure.",
)
EMETTEUR = Regle(
    "INSI-CTX-06",
    "Emetteur est le même dans les deux contextes, et celui du certificat (OU) ou de l'assertion (NameID)",
    f"{CONTRAT}, en-têtes",
    Confiance.DOCUMENTEE,
    "Recopier dans Emetteur l'OU du certificat logiciel, ou le NameID de l'assertion en mode carte.",
)
IDAM = Regle(
    "INSI-CTX-07",
    "IDAM porte R=4 et le numéro d'autorisation déclaré",
    f"{CONTRAT}, ContexteLPS (faute desir_550)",
    Confiance.DOCUMENTEE,
    'Écrire le numéro d\'autorisation CNDA du logiciel dans <IDAM R="4">.',
)
NOM_LOGICIEL = Regle(
    "INSI-CTX-08",
    "Nom commence par urn:lps:, Version et Instance sont renseignées",
    f"{BANC}, d'après les messages relevés (un nom seul a aussi été vu)",
    Confiance.DEDUITE,
    "Écrire urn:lps:<nom>:<version> dans LPS/Nom, la version et l'identifiant de l'exemplaire installé à côté.",
)

_TOLERANCE = timedelta(minutes=5)
_BAM, _LPS = "/Envelope/Header/ContexteBAM", "/Envelope/Header/ContexteLPS"


@verification(PRESENCE, STRUCTURE, VERSIONS)
def presence_et_structure(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Les deux contextes sont là, une fois, avec leur version et leur structure."""
    message = appel.message
    if message is None:
        return []
    n = (appel.numero,)
    manquants = [nom for nom, bloc in (("ContexteBAM", message.bam), ("ContexteLPS", message.lps)) if bloc is None]
    doubles = [nom for nom in ("ContexteBAM", "ContexteLPS") if nom in message.doublons]
    if manquants or doubles:
        recu = [f"{nom} absent" for nom in manquants] + [f"{nom} en double" for nom in doubles]
        constats = [
            PRESENCE.enfreinte(
                "contexte absent ou en double",
                attendu="ContexteBAM et ContexteLPS, une fois chacun",
                recu=", ".join(recu),
                ou="/Envelope/Header",
                echanges=n,
            )
        ]
    else:
        constats = [PRESENCE.respectee(recu="ContexteBAM, ContexteLPS", echanges=n)]
    return [*constats, *_structure(appel), *_versions(message.bam, message.lps, n)]


def _structure(appel: Appel) -> list[Constat]:
    assert appel.message is not None
    schemas = {
        e.nom_qualifie(e.CTXBAM, "ContexteBAM"): "ctxbam.xsd",
        e.nom_qualifie(e.CTXLPS, "ContexteLPS"): "ctxlps.xsd",
    }
    blocs = [bloc for bloc in appel.message.entetes if bloc.tag in schemas]
    ecarts = [defaut for bloc in blocs for defaut in defauts(schemas[str(bloc.tag)], bloc)]
    if blocs and not ecarts:
        return [STRUCTURE.respectee(recu=f"{len(blocs)} contexte(s) valides", echanges=(appel.numero,))]
    return [
        STRUCTURE.enfreinte(
            "contexte de structure inattendue",
            attendu=ecart.attendu,
            recu=ecart.recu,
            ou=f"/Envelope/Header{ecart.chemin}",
            echanges=(appel.numero,),
        )
        for ecart in ecarts
    ]


def _versions(bam: ContexteBam | None, lps: ContexteLps | None, n: tuple[int, ...]) -> list[Constat]:
    constats = []
    for bloc, attendu, ou in ((bam, "01_02", _BAM), (lps, "01_00", _LPS)):
        if bloc is None:
            continue
        if bloc.version == attendu:
            constats.append(VERSIONS.respectee(recu=attendu, echanges=n))
        else:
            constats.append(
                VERSIONS.enfreinte(
                    "version de contexte inattendue",
                    attendu=attendu,
                    recu=bloc.version or "absente",
                    ou=f"{ou}/@Version",
                    echanges=n,
                )
            )
    return constats


@verification(IDENTIFIANTS, HEURE)
def identifiants_et_heure(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Chaque contexte a un Id en UUID et l'heure de l'appel."""
    if appel.message is None:
        return []
    constats: list[Constat] = []
    for bloc, ou in ((appel.message.bam, _BAM), (appel.message.lps, _LPS)):
        if bloc is not None:
            constats += [_identifiant(bloc.id, ou, appel), *_heure(bloc.temps, ou, appel, contexte)]
    return constats


def _identifiant(valeur: str | None, ou: str, appel: Appel) -> Constat:
    if UUID.fullmatch((valeur or "").removeprefix("uuid:")):
        return IDENTIFIANTS.respectee(recu=valeur or "", echanges=(appel.numero,))
    return IDENTIFIANTS.enfreinte(
        "Id de contexte de forme inattendue",
        attendu="un UUID",
        recu=valeur or "absent",
        ou=f"{ou}/Id",
        echanges=(appel.numero,),
    )


def _heure(valeur: str | None, ou: str, appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    n = (appel.numero,)
    attendu = f"{appel.echange.debut:%Y-%m-%dT%H:%M:%SZ} à 5 min près, avec fuseau"
    try:
        instant = datetime.fromisoformat(valeur or "")
    except ValueError:
        instant = None
    if instant is not None and instant.tzinfo is not None and abs(instant - appel.echange.debut) <= _TOLERANCE:
        return [HEURE.respectee(recu=valeur or "", echanges=n)] if contexte.instant_connu else []
    if instant is None:
        message = "heure illisible"
    elif instant.tzinfo is None:
        message = "heure sans fuseau"
    else:
        message = "heure trop éloignée de celle de l'appel"
    return [HEURE.enfreinte(message, attendu=attendu, recu=valeur or "absente", ou=f"{ou}/Temps", echanges=n)]


@verification(EMETTEUR)
def emetteur(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """L'émetteur des contextes est celui qui s'authentifie."""
    message = appel.message
    if message is None or message.bam is None or message.lps is None:
        return []
    n = (appel.numero,)
    recus = (message.bam.emetteur, message.lps.emetteur)
    lus = f"BAM : {recus[0] or 'absent'}, LPS : {recus[1] or 'absent'}"
    if not any(recus):
        return [
            EMETTEUR.a_regarder(
                "Emetteur absent : facultatif au schéma, toujours envoyé par les clients connus", ou=_BAM, echanges=n
            )
        ]
    attendu, origine = _emetteur_attendu(appel)
    if appel.api_psc and recus[0] == recus[1]:
        # Structure ou personne : rien de public ne dit qui l'API Pro Santé Connectée attend ici.
        return []
    if attendu is None:
        if recus[0] == recus[1] and not appel.connexion_vue:
            return []
        if recus[0] == recus[1]:
            return [EMETTEUR.a_regarder(f"Emetteur égal dans les deux contextes, mais {origine}", recu=lus, echanges=n)]
        attendu = recus[0] or recus[1] or ""
    if recus == (attendu, attendu):
        return [EMETTEUR.respectee(recu=f"{attendu} ({origine})", echanges=n)]
    return [
        EMETTEUR.enfreinte(
            "émetteur différent de celui qui s'authentifie",
            attendu=f"{attendu} ({origine})",
            recu=lus,
            ou=f"{_BAM}/Emetteur et {_LPS}/Emetteur",
            echanges=n,
        )
    ]


def _emetteur_attendu(appel: Appel) -> tuple[str | None, str]:
    if appel.mode is Mode.CERTIFICAT:
        if appel.certificat is None:
            return None, "le certificat est illisible"
        unites = appel.certificat.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
        return (str(unites[0].value), "OU du certificat") if unites else (None, "le certificat n'a pas d'OU")
    for lue in appel.assertions:
        if lue.genre in (Genre.PS, Genre.PSC):
            return lue.name_id, "NameID de l'assertion"
    return None, "rien ne dit qui s'authentifie"


@verification(IDAM, NOM_LOGICIEL)
def progiciel(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Le progiciel s'annonce par son numéro d'autorisation et son nom."""
    lps = appel.message.lps if appel.message else None
    if lps is None:
        return []
    n = (appel.numero,)
    recu = f"R={lps.idam_r or 'absent'}, {lps.idam or 'absent'}"
    declare = contexte.idam
    if lps.idam_r == "4" and lps.idam and declare in (None, lps.idam):
        constats = [IDAM.respectee(recu=recu, echanges=n)]
    else:
        constats = [
            IDAM.enfreinte(
                "numéro d'autorisation inattendu",
                attendu=f"R=4, {declare or 'un numéro d’autorisation'}",
                recu=recu,
                ou=f"{_LPS}/LPS/IDAM",
                echanges=n,
            )
        ]
    vides = [nom for nom, lu in (("Version", lps.version_logiciel), ("Instance", lps.instance)) if lu == ""]
    if (lps.nom or "").removeprefix("urn:lps:") not in ("", lps.nom) and not vides:
        constats.append(NOM_LOGICIEL.respectee(recu=lps.nom or "", echanges=n))
    else:
        constats.append(
            NOM_LOGICIEL.enfreinte(
                "nom, version ou exemplaire de progiciel inattendu",
                attendu="urn:lps:<nom>[:<version>], Version et Instance non vides",
                recu=", ".join([lps.nom or "absent", *(f"{nom} vide" for nom in vides)]),
                ou=f"{_LPS}/LPS/Nom",
                echanges=n,
            )
        )
    return constats
