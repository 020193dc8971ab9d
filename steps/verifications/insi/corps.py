"""Contenu du corps : structure, traits envoyés, données de carte, INS à vérifier."""

from __future__ import annotations

import re
from datetime import date

from reports.constat import Confiance, Constat, Regle
from simulators.insi import espaces as e
from simulators.insi.enveloppe import Traits
from steps.verifications.insi.appels import Appel
from steps.verifications.insi.contexte import ContexteInsi
from steps.verifications.insi.schema_lisible import defauts
from steps.verifications.insi.sources import BANC, CNDA, CONTRAT, GUIDE
from steps.verifications.registre import verification

STRUCTURE = Regle(
    "INSI-XSD-01",
    "Le contenu du corps a la structure du contrat",
    f"{CONTRAT}, schémas INSiRecSans et INSiRecVit (schémas du banc écrits d'après ses tables)",
    Confiance.DOCUMENTEE,
    "Corriger l'élément désigné : nom, ordre ou forme.",
)
OBLIGATOIRES = Regle(
    "INSI-TRT-01",
    "Nom, prénom, sexe et date de naissance sont envoyés",
    f"{CONTRAT} (faute insi_19) et clients publics",
    Confiance.DOCUMENTEE,
    "Envoyer les quatre traits obligatoires, non vides.",
)
PRENOM_UNIQUE = Regle(
    "INSI-TRT-02",
    "Un seul élément Prenom par appel",
    f"{CONTRAT}, messages relevés",
    Confiance.DOCUMENTEE,
    "Faire un appel par prénom, puis un appel avec tous les prénoms séparés par un espace dans un seul élément.",
)
FORME_NOM = Regle(
    "INSI-TRT-03",
    "Le nom de naissance n'emploie que A-Z, espace, apostrophe droite et trait d'union, bien placés",
    f"{GUIDE}, § 2 et § 3.4.1",
    Confiance.SECONDAIRE,
    "Mettre en capitales sans accent ni ligature, remplacer l'apostrophe typographique par ', retirer les doublons.",
)
FORME_PRENOM = Regle(
    "INSI-TRT-04",
    "Le prénom n'emploie que A-Z, espace, apostrophe droite et trait d'union, bien placés",
    f"{GUIDE}, § 2 et § 3.4.1",
    Confiance.SECONDAIRE,
    "Mettre en capitales sans accent ni ligature ; ni double tiret, ni tiret ou apostrophe en dernier.",
)
SEXE = Regle(
    "INSI-TRT-05",
    "Le sexe est M ou F",
    f"{CONTRAT} et clients publics",
    Confiance.DOCUMENTEE,
    "Envoyer M ou F ; ne pas appeler INSi quand le sexe est indéterminé.",
)
DATE = Regle(
    "INSI-TRT-06",
    "La date de naissance est une date réelle, AAAA-MM-JJ",
    f"{BANC}, d'après la forme du contrat",
    Confiance.DEDUITE,
    "Compléter une date incertaine selon le RNIV avant l'appel.",
)
LIEU = Regle(
    "INSI-TRT-07",
    "Le lieu de naissance, s'il est envoyé, est un code COG de 5 caractères",
    f"{CONTRAT}, éléments de la recherche ; {CNDA}",
    Confiance.DOCUMENTEE,
    "Envoyer le code INSEE de la commune (2A ou 2B en Corse) ou 99 suivi du pays, ou ne rien envoyer.",
)

_LETTRES = re.compile(r"[A-Z' -]+")
_COG = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")
_TRAITS = "/Envelope/Body/RECSANSVITALE"


@verification(STRUCTURE)
def structure(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Le corps suit le schéma de son opération ; sans contrat public, il n'est pas jugé."""
    message = appel.message
    schemas = {e.OP_TRAITS: "recsans.xsd", e.OP_CARTE: "recvit.xsd"}
    if message is None or message.operation not in schemas:
        return []
    ecarts = defauts(schemas[message.operation], message.corps[0])
    n = (appel.numero,)
    if not ecarts:
        return [STRUCTURE.respectee(recu=e.nom_local(message.corps[0].tag), echanges=n)]
    return [
        STRUCTURE.enfreinte(
            "contenu de structure inattendue",
            attendu=ecart.attendu,
            recu=ecart.recu,
            ou=f"/Envelope/Body{ecart.chemin}",
            echanges=n,
        )
        for ecart in ecarts
    ]


@verification(OBLIGATOIRES, PRENOM_UNIQUE, SEXE, DATE, LIEU)
def traits(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Les traits obligatoires sont là, chacun sous sa forme."""
    recus = appel.traits
    if appel.operation != e.OP_TRAITS or recus is None:
        return []
    n = (appel.numero,)
    absents = [
        nom
        for nom, valeur in (
            ("NomNaissance", recus.nom_naissance),
            ("Prenom", recus.prenom),
            ("Sexe", recus.sexe),
            ("DateNaissance", recus.date_naissance),
        )
        if not valeur
    ]
    constats = [
        OBLIGATOIRES.enfreinte(
            "trait obligatoire absent ou vide",
            attendu="NomNaissance, Prenom, Sexe, DateNaissance",
            recu=f"absent : {', '.join(absents)}",
            ou=_TRAITS,
            echanges=n,
        )
        if absents
        else OBLIGATOIRES.respectee(recu=_resume(recus), echanges=n)
    ]
    if recus.prenoms:
        constats.append(
            PRENOM_UNIQUE.respectee(recu=recus.prenoms[0], echanges=n)
            if len(recus.prenoms) == 1
            else PRENOM_UNIQUE.enfreinte(
                "plusieurs éléments Prenom",
                attendu="un élément Prenom",
                recu=" | ".join(recus.prenoms),
                ou=f"{_TRAITS}/Prenom",
                echanges=n,
            )
        )
    return [*constats, *_formes(recus, n)]


def _resume(recus: Traits) -> str:
    morceaux = (recus.nom_naissance, recus.prenom, recus.sexe, recus.date_naissance, recus.lieu_naissance)
    return " / ".join(morceau for morceau in morceaux if morceau)


def _formes(recus: Traits, n: tuple[int, ...]) -> list[Constat]:
    constats = []
    if recus.sexe:
        constats.append(
            SEXE.respectee(recu=recus.sexe, echanges=n)
            if recus.sexe in ("M", "F")
            else SEXE.enfreinte("sexe inattendu", attendu="M ou F", recu=recus.sexe, ou=f"{_TRAITS}/Sexe", echanges=n)
        )
    if recus.date_naissance:
        constats.append(
            DATE.respectee(recu=recus.date_naissance, echanges=n)
            if _date_reelle(recus.date_naissance)
            else DATE.enfreinte(
                "date de naissance qui n'existe pas",
                attendu="une date réelle AAAA-MM-JJ",
                recu=recus.date_naissance,
                ou=f"{_TRAITS}/DateNaissance",
                echanges=n,
            )
        )
    if recus.lieu_naissance is not None:
        constats.append(
            LIEU.respectee(recu=recus.lieu_naissance, echanges=n)
            if _COG.fullmatch(recus.lieu_naissance)
            else LIEU.enfreinte(
                "lieu de naissance qui n'est pas un code COG",
                attendu="5 caractères : 63220, 2B020, 99341…",
                recu=repr(recus.lieu_naissance),
                ou=f"{_TRAITS}/LieuNaissance",
                echanges=n,
            )
        )
    return constats


def _date_reelle(valeur: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", valeur):
        return False
    try:
        date.fromisoformat(valeur)
    except ValueError:
        return False
    return True


@verification(FORME_NOM, FORME_PRENOM)
def ecriture(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Nom et prénom suivent les règles d'écriture du téléservice."""
    recus = appel.traits
    if appel.operation != e.OP_TRAITS or recus is None:
        return []
    constats = []
    if recus.nom_naissance:
        constats.append(_ecriture(FORME_NOM, recus.nom_naissance, defauts_nom(recus.nom_naissance), appel))
    constats += [_ecriture(FORME_PRENOM, prenom, defauts_prenom(prenom), appel) for prenom in recus.prenoms if prenom]
    return constats


def _ecriture(regle: Regle, valeur: str, reproches: list[str], appel: Appel) -> Constat:
    if not reproches:
        return regle.respectee(recu=valeur, echanges=(appel.numero,))
    element = "NomNaissance" if regle is FORME_NOM else "Prenom"
    return regle.enfreinte(
        " ; ".join(reproches),
        attendu="A-Z, espace, apostrophe ' et trait d'union, bien placés",
        recu=repr(valeur),
        ou=f"{_TRAITS}/{element}",
        echanges=(appel.numero,),
    )


def defauts_nom(nom: str) -> list[str]:
    """Ce que les règles d'écriture reprochent à un nom de naissance ; vide s'il est bien écrit."""
    reproches = _caracteres(nom)
    if nom[:1] in (" ", "-"):
        reproches.append("premier caractère : ni espace ni trait d'union")
    if "---" in nom:
        reproches.append("trois traits d'union de suite")
    if re.search(r"[ ']{2}", nom):
        reproches.append("espace et apostrophe ni doublés ni voisins")
    return reproches


def defauts_prenom(prenom: str) -> list[str]:
    """Ce que les règles d'écriture reprochent à un prénom ; vide s'il est bien écrit."""
    reproches = _caracteres(prenom)
    if "--" in prenom:
        reproches.append("double trait d'union")
    if prenom[-1:] in ("-", "'"):
        reproches.append("dernier caractère : ni trait d'union ni apostrophe")
    return reproches


def _caracteres(valeur: str) -> list[str]:
    if _LETTRES.fullmatch(valeur):
        return []
    interdits = sorted({caractere for caractere in valeur if not _LETTRES.fullmatch(caractere)})
    return ["caractères interdits : " + " ".join(f"{c!r} (U+{ord(c):04X})" for c in interdits)]
