"""Le datamatrix INS d'un document dont on ne connaît pas toujours l'identité : forme de chaque champ, puis accord."""

from __future__ import annotations

import re

from reports.constat import Constat
from steps.flux.identite import OIDS_INS, IdentiteUsager, comparable
from steps.jugements.marque import rejouable
from steps.verifications.cda.modele import EnTeteCda
from steps.verifications.cda.patient import cle_juste
from steps.verifications.datamatrix.contenu import DatamatrixIns, DatamatrixInvalide, analyser_datamatrix, lisible
from steps.verifications.datamatrix.edition import comparer
from steps.verifications.datamatrix.regles import CHAMPS, PRESENT, STRUCTURE
from steps.verifications.datamatrix.symboles import lire_symboles
from steps.verifications.pdf import PdfDemesure, PdfIllisible
from steps.verifications.registre import verification

PAGES_MAX, PAGES_FINES = 10, 2
"""Pages regardées, et pages regardées aussi de près (petits symboles) : ce qui coûte le plus."""
_LIEU = re.compile(r"\d[0-9AB]\d{3}")
_TRAITS = {"S3": "prenoms_naissance", "S4": "nom_naissance", "S5": "sexe", "S6": "date_naissance"}
_DATE = re.compile(r"(\d{2})-(\d{2})-(\d{4})")


@verification(PRESENT, STRUCTURE, *CHAMPS.values())
def datamatrix_coherent(octets: bytes, identite: IdentiteUsager | None = None, *, ou: str = "fichier") -> list[Constat]:
    """Le datamatrix INS, s'il y en a un dans les dix premières pages, est bien formé et dit ce que dit `identite`.

    Un PDF sans datamatrix n'est pas en faute : rien ne dit que l'identité est qualifiée ; c'est une remarque.
    """
    try:
        symboles = lire_symboles(octets, datamatrix_seulement=True, pages_max=PAGES_MAX, pages_fines=PAGES_FINES)
    except PdfDemesure as erreur:
        return [PRESENT.sans_objet(f"{erreur} : au-delà de la limite du banc")]
    except PdfIllisible as erreur:
        return [PRESENT.sans_objet(f"le PDF n'a pas pu être rendu : {erreur}")]
    porteurs = [symbole for symbole in symboles if symbole.contenu.startswith("IS")]
    if not porteurs:
        return [
            PRESENT.signalee(
                "Aucun datamatrix INS lisible ; l'édition d'une identité qualifiée en porte un.",
                attendu="un datamatrix INS si l'identité est qualifiée",
                recu=f"{len(symboles)} autre(s) Data Matrix", ou=ou,
            )
        ]  # fmt: skip
    return [
        constat for symbole in porteurs for constat in _juger(symbole.contenu, identite, f"{ou}, page {symbole.page}")
    ]


def _juger(contenu: str, identite: IdentiteUsager | None, ou: str) -> list[Constat]:
    constats = [PRESENT.respectee(recu=lisible(contenu)[:80], ou=ou)]
    try:
        lu = analyser_datamatrix(contenu)
    except DatamatrixInvalide as erreur:
        recu = lisible(contenu)[:200]
        return [*constats, STRUCTURE.enfreinte(str(erreur), attendu="format publié", recu=recu, ou=ou)]
    if lu.remarques:
        constats.append(STRUCTURE.a_regarder(" ; ".join(lu.remarques), ou=ou))
    else:
        constats.append(STRUCTURE.respectee(recu=lisible(contenu)[:200], ou=ou))
    formes = formes_des_champs(lu, ou)
    if identite is None or not identite.matricule_ins:
        return constats + formes
    fautes = [constat for constat in formes if constat.attendu]
    fautifs = {constat.code for constat in fautes}
    inconnus = {CHAMPS[nom].code for nom, trait in _TRAITS.items() if not getattr(identite, trait)}
    accord = [c for c in comparer(lu, identite, ou, ()) if c.code not in fautifs | inconnus]
    return constats + fautes + accord


def identite_du_cda(entete: EnTeteCda) -> IdentiteUsager | None:
    """L'identité INS qu'un CDA porte, telle qu'un datamatrix doit la dire : un trait absent est vide. None sans INS."""
    patient = entete.patient
    if patient.ins is None:
        return None
    naissance = patient.naissance[:8]
    return IdentiteUsager(
        nom_naissance=patient.nom("BR"),
        premier_prenom_naissance=patient.prenom("BR"),
        prenoms_naissance=patient.prenom("") or patient.prenom("BR"),
        date_naissance=f"{naissance[:4]}-{naissance[4:6]}-{naissance[6:8]}" if len(naissance) == 8 else "",
        sexe=patient.sexe.code if patient.sexe else "",
        code_lieu_naissance=patient.lieu_naissance,
        matricule_ins=patient.ins.extension,
        oid_ins=patient.ins.racine,
    )


@rejouable
def formes_des_champs(lu: DatamatrixIns, ou: str) -> list[Constat]:
    """La forme de chaque champ, sans rien savoir de l'usager."""
    matricule = "un matricule de 15 caractères à la clé juste"
    examens = {
        "S1": (cle_juste(lu.matricule), matricule, lu.matricule),
        "S2": (lu.oid in OIDS_INS, "un OID de l'INS", lu.oid),
        "S3": (bool(comparable(lu.prenoms)), "les prénoms de naissance", lu.prenoms),
        "S4": (bool(comparable(lu.nom)), "le nom de naissance", lu.nom),
        "S5": (lu.sexe in ("M", "F"), "M ou F", lu.sexe),
        "S6": (_est_date(lu.date_naissance), "JJ-MM-AAAA", lu.date_naissance),
        "S7": (not lu.code_lieu_naissance or bool(_LIEU.fullmatch(lu.code_lieu_naissance)), "un code INSEE",
               lu.code_lieu_naissance or "absent"),
    }  # fmt: skip
    return [
        CHAMPS[nom].respectee(recu=recu, ou=f"{ou}, {nom}")
        if juste
        else CHAMPS[nom].enfreinte(f"{nom} n'a pas sa forme.", attendu=attendu, recu=recu or "vide", ou=f"{ou}, {nom}")
        for nom, (juste, attendu, recu) in examens.items()
    ]


def _est_date(valeur: str) -> bool:
    """JJ-MM-AAAA ; un jour ou un mois inconnu s'écrit 00."""
    trouve = _DATE.fullmatch(valeur)
    return trouve is not None and int(trouve[1]) <= 31 and int(trouve[2]) <= 12 and int(trouve[3]) > 1800
