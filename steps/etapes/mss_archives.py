"""Étapes des courriels à archive IHE XDM : reconnus dans la liste, sous n'importe quel nom, et eux seuls."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from pytest_bdd import given, then
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.mssante import mime
from simulators.mssante.courriels.composition import Transmission
from simulators.mssante.courriels.modele import LETTRE
from simulators.socle.identites import fabriquer_identite
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.mss_reception import deposer, envoi_vers, recu
from steps.verifications.mssante.archive_reconnue import archive_non_reconnue, archive_reconnue

_FORMES = "une archive IHE XDM|une archive IHE XDM renommée|un zip ordinaire|aucune pièce"


@given(
    motif(
        rf"un courriel « (?P<nom>[^»]+) » (?:ne )?portant (?P<forme>{_FORMES}), "
        r"reçu par (?P<qui>le professionnel|un autre professionnel)$"
    )
)
def courriel_a_pieces(essai: Essai, nom: str, forme: str, qui: str) -> None:
    role = vocabulaire.role(qui)
    reference = fabriquer_identite(f"{essai.graine}{essai.retenu.numero}/{nom}")
    essai.journal.autoriser_matricules({reference.matricule, reference.matricule_ins})
    envoi = envoi_vers(essai, nom, role, reference)
    choix: dict[str, Any] = {"documents": [envoi.document(LETTRE)]}
    if forme == "une archive IHE XDM renommée":
        choix["nom_archive"] = "pieces-du-dossier.zip"
        essai.releves.setdefault("archives renommées", set()).add(nom)
    elif forme == "un zip ordinaire":
        choix = {"objet": nom, "parties": [mime.piece(_zip_ordinaire(nom), "application/zip", "photos.zip")]}
    elif forme == "aucune pièce":
        choix = {"objet": nom}
    deposer(essai, nom, role, Transmission(envoi, **choix).courriel().octets)


def _zip_ordinaire(nom: str) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("lisez-moi.txt", f"Photos de l'équipe, {nom}.")
    return tampon.getvalue()


@then(parse("le courriel « {nom} » est reconnu comme portant une archive IHE XDM"))
def reconnu(essai: Essai, nom: str) -> None:
    renommee = nom in essai.releves.get("archives renommées", ())
    essai.bilan.constater(archive_reconnue(recu(essai, nom).en_liste, f"« {nom} »", renommee=renommee))


@then(parse("le courriel « {nom} », à la différence de « {temoin} », n'est pas reconnu comme tel"))
def non_reconnu(essai: Essai, nom: str, temoin: str) -> None:
    liste, autre = recu(essai, nom).en_liste, recu(essai, temoin).en_liste
    essai.bilan.constater(archive_non_reconnue(liste, autre, f"« {nom} »"))
