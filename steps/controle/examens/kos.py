"""Objets DICOM : un KOS est jugé ; tout autre objet est dit, jamais jugé comme un KOS."""

from __future__ import annotations

from steps.controle.examens.gardes import au_dela
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.verifications.kos import LISIBLE, AuDelaDesLimites, KosIllisible, lire_kos, lisible, verifier_kos
from steps.verifications.kos.lecture import classe_annoncee
from steps.verifications.kos.modele import REJETS, SOP_KOS


def examiner_kos(octets: bytes, contexte: ContexteControle) -> Examen:
    """Examine un fichier DICOM."""
    try:
        kos = lire_kos(octets)
    except AuDelaDesLimites as erreur:
        return au_dela(TypeFichier.KOS, str(erreur))
    except KosIllisible:
        if (classe := classe_annoncee(octets)) not in ("", SOP_KOS):
            return _autre_objet(classe)
        return Examen(TypeFichier.KOS, (lisible(octets),), ("joué : lecture du fichier DICOM",))
    if SOP_KOS not in (kos.sop_class, kos.sop_class_entete):
        return _autre_objet(kos.sop_class)
    if kos.titre.valeur in REJETS:
        raison = f"note de rejet IOCM ({kos.titre.valeur}, {REJETS[kos.titre.valeur]}) : pas un manifeste à publier"
        return Examen(TypeFichier.KOS, (LISIBLE.sans_objet(raison),), ("joué : lecture du fichier DICOM",))
    return Examen(
        TypeFichier.KOS,
        (lisible(octets), *verifier_kos(kos)),
        (
            "joué : objet DICOM, liste des preuves, arbre de contenu, demandes, identité",
            "non joué : accord avec la fiche du DMP, le compte rendu et les images (un fichier ne les porte pas)",
        ),
    )


def _autre_objet(classe: str) -> Examen:
    raison = f"objet DICOM de classe {classe or 'absente'} : le banc ne juge que les KOS ({SOP_KOS})"
    return Examen(TypeFichier.KOS, (LISIBLE.sans_objet(raison),), ("joué : lecture du fichier DICOM",))
