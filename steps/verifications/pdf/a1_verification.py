"""PDF/A-1 : les points que le banc contrôle. Ils ne font pas une preuve complète, et les constats le disent."""

from __future__ import annotations

from collections.abc import Callable

from reports.constat import Constat, Regle
from steps.verifications.pdf import a1_balisage, a1_fichier, a1_interactions, a1_metadonnees, a1_polices, a1_rendu
from steps.verifications.pdf import regles_a1 as r
from steps.verifications.pdf.a1 import DocumentA1
from steps.verifications.pdf.objets import affichable
from steps.verifications.registre import verification

Point = Callable[[DocumentA1], list[str]]

POINTS: dict[Regle, Point] = {
    r.EN_TETE: a1_fichier.en_tete,
    r.FIN: a1_fichier.fin,
    r.REFERENCES: a1_fichier.references,
    r.FLUX: a1_fichier.flux_externes,
    r.LZW: a1_fichier.lzw,
    r.FICHIERS: a1_fichier.fichiers,
    r.LIMITES: a1_fichier.limites,
    r.CALQUES: a1_fichier.calques,
    r.INTENTION: a1_rendu.intention,
    r.COULEURS: a1_rendu.couleurs,
    r.IMAGES: a1_rendu.images,
    r.XOBJETS: a1_rendu.xobjets,
    r.TRANSFERT: a1_rendu.transfert,
    r.RENDU: a1_rendu.rendu,
    r.OPERATEURS: a1_rendu.operateurs,
    r.DICTIONNAIRES: a1_polices.dictionnaires,
    r.COMPOSITES: a1_polices.composites,
    r.INCORPOREES: a1_polices.incorporees,
    r.SOUS_ENSEMBLES: a1_polices.sous_ensembles,
    r.CODAGES: a1_polices.codages,
    r.UNICODES: a1_polices.unicodes,
    r.TRANSPARENCE: a1_rendu.transparence,
    r.ANNOTATIONS: a1_interactions.apparences,
    r.ACTIONS: a1_interactions.actions,
    r.METADONNEES: a1_metadonnees.en_clair,
    r.PROPRIETES: a1_metadonnees.proprietes,
    r.CONCORDANCE: a1_metadonnees.concordance,
    r.PAQUET: a1_metadonnees.paquet,
    r.SCHEMAS: a1_metadonnees.schemas,
    r.PREFIXES: a1_metadonnees.prefixes,
    r.STRUCTURE: a1_balisage.balisage,
    r.LANGUES: a1_balisage.langues,
    r.FORMULAIRES: a1_interactions.formulaires,
}


@verification(*POINTS)
def points_a1(document: DocumentA1, *, ou: str = "fichier") -> list[Constat]:
    """Chaque point contrôlé de PDF/A-1 est tenu ; lève `PdfDemesure`."""
    return [_constat(regle, point(document), ou) for regle, point in POINTS.items()]


def _constat(regle: Regle, fautes: list[str], ou: str) -> Constat:
    if not fautes:
        return regle.respectee(recu="rien relevé", ou=ou)
    suite = f" ; et {len(fautes) - 5} autre(s)" if len(fautes) > 5 else ""
    recu = affichable(" ; ".join(fautes[:5]) + suite)
    return regle.enfreinte(
        f"Le PDF se déclare PDF/A-1 et ne l'est pas : {regle.titre[0].lower()}{regle.titre[1:]} (point non tenu).",
        attendu=regle.titre, recu=recu, ou=ou,
    )  # fmt: skip
