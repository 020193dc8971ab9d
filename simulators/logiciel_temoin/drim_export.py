"""Export d'examens vers le PACS de l'établissement : C-STORE, sous l'IPP local du patient de l'appel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.logiciel_temoin.drim_conso import Appel, ImageRecue, recuperer, series
from simulators.logiciel_temoin.drim_images import lire
from simulators.logiciel_temoin.erreurs import Echec, Refus

if TYPE_CHECKING:
    from simulators.logiciel_temoin.labo import Labo
    from simulators.logiciel_temoin.utilisateurs import Utilisateur

_AE = "LABO-TEMOIN"
_EXPLICITE, _IMPLICITE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
_FAITE, _ECHEC = "fait", "échec"


def exporter(labo: Labo, utilisateur: Utilisateur, uniques: list[str]) -> list[dict[str, str]]:
    """Met les examens en file et les exporte l'un après l'autre ; rend la file et ce qu'il en est advenu."""
    appel = labo.appel_imagerie
    if appel is None or any(unique not in appel.entrepots for unique in uniques):
        raise Refus("Ouvrez d'abord la DRIMbox pour ce patient, puis choisissez des examens de sa liste.")
    pris = uniques[:1] if labo.defaut("export_premier_seulement") else uniques
    file = []
    for unique in pris:
        images = [image for serie in series(appel, unique) for image in recuperer(labo, utilisateur, unique, serie)]
        if labo.defaut("export_derniere_image_oubliee"):
            images = images[:-1]
        file.append({"unique_id": unique, "etat": _FAITE if envoyer(labo, appel, images) else _ECHEC})
    return file


def envoyer(labo: Labo, appel: Appel, images: list[ImageRecue]) -> bool:
    """Envoie les images au PACS, chacune dans la syntaxe où la source l'a rendue ; vrai si toutes sont prises."""
    from pynetdicom import AE

    if labo.environnement.pacs is None:
        raise Echec("Aucun PACS n'est réglé.")
    hote, port, titre = labo.environnement.pacs
    if labo.defaut("export_absent"):
        return True
    jeux = [_localise(labo, appel, image) for image in images]
    entite = AE(ae_title=_AE)
    for classe, syntaxe in {(str(j.SOPClassUID), str(j.file_meta.TransferSyntaxUID)) for j in jeux}:
        entite.add_requested_context(classe, syntaxe)
    association = entite.associate(hote, port, ae_title=titre)
    if not association.is_established:
        raise Echec("Le PACS n'accepte pas l'association.")
    try:
        return all(association.send_c_store(jeu).get("Status") == 0 for jeu in jeux)
    except ValueError as erreur:
        raise Echec(f"Le PACS ne prend pas ces images : {erreur}") from erreur
    finally:
        association.release()


def _localise(labo: Labo, appel: Appel, image: ImageRecue) -> Any:
    """Le jeu de données, sous l'identifiant que l'établissement donne au patient."""
    from pydicom.uid import UID

    jeu = lire(image.octets)
    if not labo.defaut("export_ipp_de_la_source"):
        jeu.PatientID = appel.ipp_local
        jeu.IssuerOfPatientID = labo.environnement.structure.nom
    if labo.defaut("export_ins_pour_ipp"):
        jeu.PatientID = appel.matricule
    if labo.defaut("export_syntaxe_fausse") and image.syntaxe not in (_EXPLICITE, _IMPLICITE):
        jeu.file_meta.TransferSyntaxUID = UID(_EXPLICITE)
        jeu["PixelData"].is_undefined_length = False
    return jeu
