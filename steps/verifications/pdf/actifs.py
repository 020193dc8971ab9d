"""Ce qu'un PDF peut faire exécuter ou transporter : scripts, commandes, formulaires XFA, médias, fichiers embarqués."""

from __future__ import annotations

from dataclasses import dataclass, field

import pikepdf

from steps.verifications.pdf.objets import entree, nom_de, parcourir

ACTIONS = {
    "JavaScript": "script JavaScript",
    "Launch": "lancement d'un programme (Launch)",
    "ImportData": "import de données de formulaire",
    "SubmitForm": "envoi de formulaire",
    "Rendition": "lecture d'un média",
    "Movie": "lecture d'un média",
    "Sound": "lecture d'un son",
    "RichMediaExecute": "commande d'un média",
    "GoToE": "ouverture d'un fichier embarqué",
}
ANNOTATIONS = {
    "RichMedia": "média embarqué", "Movie": "média embarqué", "Screen": "média embarqué",
    "Sound": "son embarqué", "3D": "modèle 3D",
}  # fmt: skip


@dataclass
class ContenuActif:
    """Ce qui a été trouvé, avec le numéro de l'objet."""

    commandes: list[str] = field(default_factory=list)
    fichiers: list[str] = field(default_factory=list)


def chercher(pdf: pikepdf.Pdf) -> ContenuActif:
    """Parcourt tous les objets, atteignables ou non ; lève `PdfDemesure`."""
    trouve = ContenuActif()
    for objet in parcourir(pdf):
        ou = f"objet {objet.numero}"
        valeur = objet.valeur
        if not isinstance(valeur, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        action = nom_de(entree(valeur, "/S"))
        if action in ACTIONS and (action != "JavaScript" or entree(valeur, "/JS") is not None):
            trouve.commandes.append(f"{ACTIONS[action]} ({ou})")
        genre = nom_de(entree(valeur, "/Subtype"))
        if genre in ANNOTATIONS and entree(valeur, "/Rect") is not None:
            trouve.commandes.append(f"{ANNOTATIONS[genre]} ({ou})")
        if genre == "FileAttachment" and entree(valeur, "/Rect") is not None:
            trouve.fichiers.append(f"pièce jointe d'annotation ({ou})")
        if entree(valeur, "/XFA") is not None:
            trouve.commandes.append(f"formulaire XFA ({ou})")
        if isinstance(entree(valeur, "/EF"), pikepdf.Dictionary):
            nom = str(entree(valeur, "/UF") or entree(valeur, "/F") or "sans nom")
            trouve.fichiers.append(f"fichier « {nom[:80]} » ({ou})")
    return trouve
