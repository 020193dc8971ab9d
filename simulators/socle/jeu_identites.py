"""Le jeu fixe d'identités de test du banc : un cas par difficulté que la recherche d'INS peut rencontrer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from simulators.socle.identite import OID_INS_NIA, OID_INS_NIR, AncienIns, IdentiteTest, fabriquer_identite

_NOM_54 = "MONTMORENCIN DE ROCHEBARONNIERE-SAINTE-CROIX DU LARZAC"
_PRENOM_54 = "MARIE-ANTOINETTE-ELISABETH-CHARLOTTE-VICTOIRE-ADELAIDE"
_HOMONYME = {"nom_naissance": "VAUCRESSAC", "prenoms": ("LUCIEN",), "sexe": "M", "date_naissance": "1971-09-14"}
_JUMEAU = {"nom_naissance": "ORGEVIEUX", "prenoms": ("THAIS",), "sexe": "F", "date_naissance": "1985-02-20"}


def _cas(cas: str, note: str, **choix: Any) -> IdentiteTest:
    return fabriquer_identite(f"banc/{cas}", cas=cas, note=note, **choix)


def _ancien_egal_actif(identite: IdentiteTest) -> IdentiteTest:
    return replace(identite, historique=(AncienIns(identite.matricule, identite.cle, identite.oid),))


IDENTITES_DE_TEST: tuple[IdentiteTest, ...] = (
    _cas("nominal", "Une seule réponse, un seul prénom.", nom_naissance="AUBRIVAL", prenoms=("ELOISE",), sexe="F",
         date_naissance="1979-04-23", lieu_naissance="63113"),
    _cas("nominal_homme", "Une seule réponse, homme, trois prénoms.", nom_naissance="CHAUMERGY",
         prenoms=("GASPARD", "LEONCE", "AIME"), sexe="M", date_naissance="1954-12-01", lieu_naissance="37261"),
    _cas("nominal_temoin", "Troisième personne ordinaire, pour les contrôles croisés.", nom_naissance="BREVILLIERS",
         prenoms=("MAHAUT", "JULIE"), sexe="F", date_naissance="1998-10-30", lieu_naissance="29019"),
    _cas("mineur", "Enfant de moins de dix-huit ans.", nom_naissance="CORBELIN", prenoms=("TIMOTHEE",), sexe="M",
         date_naissance="2017-05-09", lieu_naissance="69123"),
    _cas("nouveau_ne", "Né dans l'année.", nom_naissance="DARGILAN", prenoms=("LISON",), sexe="F",
         date_naissance="2026-02-17", lieu_naissance="67482"),
    _cas("centenaire", "Née avant 1930 : l'année sur deux chiffres ne suffit pas.", nom_naissance="HAUTEFORAGE",
         prenoms=("ERNESTINE",), sexe="F", date_naissance="1919-07-02", lieu_naissance="87085"),
    _cas("introuvable", "Aucune identité ne répond : 01 pour chaque prénom, puis pour tous.",
         nom_naissance="INTROUVILLE", prenoms=("PACOME", "ABEL"), sexe="M", date_naissance="1990-03-03", attendu="01"),
    _cas("deuxieme_prenom", "01 sur le premier prénom, 00 sur le deuxième.", nom_naissance="JOLIMONTET",
         prenoms=("OLYMPE", "CATALINA", "BERTILLE"), sexe="F", date_naissance="1936-06-21",
         prenom_reconnu="CATALINA"),
    _cas("tous_les_prenoms", "01 sur chaque prénom seul, 00 sur tous ensemble.", nom_naissance="KERMARQUER",
         prenoms=("YVES", "MARIE"), sexe="M", date_naissance="1966-01-19", prenom_reconnu="YVES MARIE"),
    _cas("plusieurs", "02 sans le lieu de naissance, 00 avec.", nom_naissance="LESCARBOTTE", prenoms=("LEONARD",),
         sexe="M", date_naissance="2014-02-01", lieu_naissance="63113", attendu="02", cog_requis=True),
    _cas("homonyme_1", "Mêmes traits que homonyme_2, né ailleurs.", **_HOMONYME, lieu_naissance="33063",
         attendu="02", cog_requis=True),
    _cas("homonyme_2", "Mêmes traits que homonyme_1, né ailleurs.", **_HOMONYME, lieu_naissance="59350",
         attendu="02", cog_requis=True),
    _cas("homonyme_parfait_1", "Mêmes traits et même lieu que homonyme_parfait_2 : toujours 02.", **_JUMEAU,
         lieu_naissance="21231", attendu="02"),
    _cas("homonyme_parfait_2", "Mêmes traits et même lieu que homonyme_parfait_1 : toujours 02.", **_JUMEAU,
         lieu_naissance="21231", attendu="02"),
    _cas("corse_2a", "Matricule en 2A.", nom_naissance="MONTESORO", prenoms=("DOMINICA",), sexe="F",
         date_naissance="1997-02-26", lieu_naissance="2A004", departement="2A"),
    _cas("corse_2b", "Matricule en 2B, un ancien matricule.", nom_naissance="CASTELLUCCI",
         prenoms=("TOUSSAINT",), sexe="M", date_naissance="1960-01-01", lieu_naissance="2B033", departement="2B",
         anciens=1),
    _cas("ne_etranger", "Née à l'étranger : code de pays au lieu de naissance.", nom_naissance="OLIVARDO",
         prenoms=("INES",), sexe="F", date_naissance="1975-12-31", lieu_naissance="99134"),
    _cas("historique_1", "Un ancien matricule, avec ses dates.", nom_naissance="PONTGIBERT", prenoms=("GATIENNE",),
         sexe="F", date_naissance="1981-03-24", anciens=1, anciens_dates=True),
    _cas("historique_n", "Trois anciens matricules, un seul daté.", nom_naissance="QUERCYVAL", prenoms=("PIERRICK",),
         sexe="M", date_naissance="2009-07-14", anciens=3, anciens_dates=True),
    _ancien_egal_actif(_cas("historique_egal", "L'ancien matricule rendu est l'actif lui-même.",
         nom_naissance="RIVESALTIN", prenoms=("ANTHELME",), sexe="M", date_naissance="1980-03-02")),
    _cas("nia", "Matricule d'attente : OID du NIA (il n'existe pas d'OID de NIA de test).",
         nom_naissance="PROVISOIREAU", prenoms=("MATURIN",), sexe="M", date_naissance="2009-07-01", oid=OID_INS_NIA),
    _cas("oid_production", "Identité fictive rendue sous l'OID de production, comme la plateforme de qualification.",
         nom_naissance="ROUVRELIEU", prenoms=("SIDONIE",), sexe="F", date_naissance="1988-08-08", oid=OID_INS_NIR),
    _cas("prenom_compose", "Prénom composé avec tiret.", nom_naissance="SAINTANDRIEUX",
         prenoms=("JEAN-BAPTISTE", "PAUL"), sexe="M", date_naissance="2001-06-17"),
    _cas("nom_54", "Nom de 54 caractères.", nom_naissance=_NOM_54, prenoms=("FLAVIE",), sexe="F",
         date_naissance="1969-05-05"),
    _cas("prenom_54", "Prénom de 54 caractères.", nom_naissance="TOURNEBISE", prenoms=(_PRENOM_54,), sexe="F",
         date_naissance="1993-11-11"),
    _cas("apostrophe", "Apostrophes et espaces dans le nom.", nom_naissance="D'HERBELINE DE L'ORMEAU",
         prenoms=("PIERRE-ALAIN",), sexe="M", date_naissance="2001-07-18"),
    _cas("double_tiret", "Double tiret entre deux noms accolés.", nom_naissance="USSELET--VIGNOLAS",
         prenoms=("CLARISSE",), sexe="F", date_naissance="2003-01-27"),
    _cas("caracteres", "Saisie « D’ÆGION » et « CŒLINE » : part en D'AEGION et COELINE.", nom_naissance="D'AEGION",
         prenoms=("COELINE",), sexe="F", date_naissance="1987-01-25"),
    _cas("nom_accole", "Le nom de naissance contient une particule et deux espaces.", nom_naissance="DE LA VERNEDE",
         prenoms=("ANNE LAURE",), sexe="F", date_naissance="1972-10-02"),
    _cas("lieu_absent", "INSi ne rend pas de lieu de naissance.", nom_naissance="WALLERAND", prenoms=("ODILON",),
         sexe="M", date_naissance="1948-04-04", lieu_naissance=None),
    _cas("jour_inconnu", "Jour de naissance inconnu.", nom_naissance="XAINTRAILLON", prenoms=("REINE",), sexe="F",
         date_naissance="1958-07-00"),
    _cas("jour_mois_inconnus", "Jour et mois de naissance inconnus.", nom_naissance="YGRANDAIS", prenoms=("SAMBA",),
         sexe="M", date_naissance="1962-00-00", lieu_naissance="99341"),
    _cas("nom_vide", "Réponse 00 dont le nom est vide.", nom_naissance="ZUYTPEENOT", prenoms=("VIOLAINE",), sexe="F",
         date_naissance="1983-09-09", traits_retournes={"nom_naissance": ""}),
    _cas("prenoms_vides", "Réponse 00 dont les prénoms sont vides.", nom_naissance="ARCANGUET", prenoms=("MAXENCE",),
         sexe="M", date_naissance="1976-06-06", traits_retournes={"prenoms": ""}),
    _cas("sexe_vide", "Réponse 00 dont le sexe est vide.", nom_naissance="BARJACQUES", prenoms=("CAMILLE",),
         sexe="F", date_naissance="1995-05-15", traits_retournes={"sexe": ""}),
    _cas("traits_divergents", "Réponse 00 dont le premier prénom s'écrit autrement : alerte attendue du logiciel.",
         nom_naissance="CADENETTE", prenoms=("NATHALIE",), sexe="F", date_naissance="1964-02-29",
         traits_retournes={"prenoms": "NATALIA MARIE"}),
)  # fmt: skip

MATRICULES_PUBLICS_DE_TEST: frozenset[str] = frozenset(
    {"160012B020777", "1090763220834", "1090763220888", "2360663220836", "297022A020778"}
)
"""Matricules fictifs des tests publics d'INSi, que la base d'essai d'un logiciel peut déjà contenir."""


def par_cas(cas: str) -> IdentiteTest:
    """L'identité du jeu qui porte ce nom de cas."""
    for identite in IDENTITES_DE_TEST:
        if identite.cas == cas:
            return identite
    raise KeyError(f"aucune identité de test pour le cas {cas!r} (cas connus : {', '.join(_noms())})")


def _noms() -> list[str]:
    return [identite.cas for identite in IDENTITES_DE_TEST]
