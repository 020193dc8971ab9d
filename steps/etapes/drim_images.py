"""Étapes d'une DRIMbox source à qui une consommatrice distante demande des images."""

from __future__ import annotations

import base64
from datetime import timedelta
from io import BytesIO

from pytest_bdd import then, when
from pytest_bdd.parsers import parse

from simulators.socle.echange import Echange
from simulators.socle.identifiants import Identifiants
from simulators.socle.pki import Variante
from steps.bilan import NonConcluant
from steps.client_structure import LogicielInjoignable, demander
from steps.essai import Essai
from steps.etapes.drim_commun import examen
from steps.verifications.drim import images as regles

_ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.1'
SERVICE = "drim"
_AUTRES = {
    "avec un certificat d'un émetteur inconnu": Variante.AUTRE_AUTORITE,
    "avec un certificat révoqué": Variante.REVOQUE,
}
_JUGES = {
    "sans certificat": regles.certificat_exige,
    "avec un certificat d'un émetteur inconnu": regles.emetteur_controle,
    "avec un certificat révoqué": regles.revocation_controlee,
}


def _jeton(essai: Essai) -> str:
    """Jeton d'accès d'un professionnel fictif, par une session ouverte sans navigateur."""
    jeton = str(essai.banc.psc.ouvrir(next(iter(essai.banc.psc.personnes)))["access_token"])
    essai.journal.proteger(jeton)
    return jeton


def _base(essai: Essai) -> str:
    if "base DICOMweb" not in essai.releves:
        url = str(essai.preparer("adresse_images", "administrateur").donnees.get("url") or "").rstrip("/")
        if not url.startswith("https://"):
            raise NonConcluant(f"adresse_images a rendu {url or 'rien'} : une adresse https est attendue")
        essai.releves["base DICOMweb"] = url
    return str(essai.releves["base DICOMweb"])


def _demander(essai: Essai, suite: str, *, presente: str, jeton: str | None, methode: str = "GET") -> Echange:
    presentes = _certificat(essai, presente)
    entetes = [("Accept", _ACCEPT), *([("Authorization", f"Bearer {jeton}")] if jeton else [])]
    try:
        return demander(
            essai.journal, f"{_base(essai)}{suite}", presentes, notes={"presente": presente, "sens": "consommatrice"},
            service=SERVICE, operation="wado-rs", methode=methode, entetes=entetes,
        )  # fmt: skip
    except LogicielInjoignable as erreur:
        raise NonConcluant(f"la source d'images n'écoute pas : {erreur}") from erreur


def _certificat(essai: Essai, presente: str) -> Identifiants | None:
    """Le certificat ORG AUTH_CLI de ce cas ; valable, sauf où le cas le dit."""
    if presente == "sans certificat":
        return None
    return essai.banc.igc.identifiants("org_auth_cli", _AUTRES.get(presente, Variante.VALIDE))


def _vues(essai: Essai) -> dict[str, Echange]:
    vues: dict[str, Echange] = essai.releves.setdefault("demandes d'images", {})
    return vues


@when(parse("une consommatrice distante demande une série de l'examen « {nom} », avec un jeton valable"))
def demander_une_serie(essai: Essai, nom: str) -> None:
    serie = examen(essai, nom).examen.series[0]
    suite = f"/studies/{examen(essai, nom).etude}/series/{serie}"
    _vues(essai)[nom] = _demander(essai, suite, presente="jeton valable", jeton=_jeton(essai))


@when(parse("une consommatrice distante demande la même série de l'examen « {nom} », {comment}"))
def demander_autrement(essai: Essai, nom: str, comment: str) -> None:
    """« sans jeton », « avec un jeton inconnu », « périmé » ou « révoqué », « sans certificat », un certificat refusable."""
    suite = f"/studies/{examen(essai, nom).etude}/series/{examen(essai, nom).examen.series[0]}"
    jeton: str | None = None
    if comment == "avec un jeton inconnu":
        jeton = base64.urlsafe_b64encode(b"jeton inconnu de tous").decode()
    elif comment in ("avec un jeton périmé", "avec un jeton révoqué", *_JUGES):
        jeton = _jeton(essai)
    elif comment != "sans jeton":
        raise NonConcluant(f"la feature demande une série « {comment} » : cas inconnu")
    if comment == "avec un jeton périmé":
        essai.banc.psc.horloge.avancer(timedelta(minutes=10))
    if comment == "avec un jeton révoqué":
        # Ni sa date ni sa signature n'en disent rien : seule l'introspection le sait.
        essai.banc.psc.sessions.terminer(next(iter(essai.banc.psc.personnes.values())).identifiant_national)
    _vues(essai)[f"{nom}, {comment}"] = _demander(essai, suite, presente=comment, jeton=jeton)
    if comment == "avec un jeton périmé":
        essai.banc.psc.horloge.remettre()


@when("une consommatrice distante demande ses capacités à la source")
def demander_capacites(essai: Essai) -> None:
    """À la base DICOMweb ; une base que sa barre finale fait ignorer est redemandée sans elle."""
    for suite in ("/", ""):
        vue = _demander(essai, suite, presente="capacités", jeton=_jeton(essai), methode="OPTIONS")
        _vues(essai)["capacités"] = vue
        if vue.reponse is not None and vue.reponse.statut == 200:
            break


@then(parse("elle reçoit les images de cette série de l'examen « {nom} », intactes, avec l'INS du patient"))
def recues(essai: Essai, nom: str) -> None:
    from pydicom import dcmread

    vise = examen(essai, nom)
    attendues = [
        regles.ImageAttendue(image.uid, bytes(dcmread(BytesIO(image.octets)).PixelData))
        for image in vise.examen.de_la_serie(vise.examen.series[0])
    ]
    constats = regles.images_rendues(_vues(essai)[nom], attendues, vise.patient.reference.matricule_ins)
    essai.bilan.constater(constats)


@then(parse("aucune image de l'examen « {nom} » n'est rendue {comment}"))
def refusees(essai: Essai, nom: str, comment: str) -> None:
    refusee, acceptee = _vues(essai)[f"{nom}, {comment}"], _vues(essai)[nom]
    essai.bilan.constater(_JUGES.get(comment, regles.jeton_exige)(refusee, acceptee))


@then(parse("l'examen « {nom} », qui n'a pas de référence, n'est pas rendu, quand « {temoin} » l'est"))
def non_publie_refuse(essai: Essai, nom: str, temoin: str) -> None:
    essai.bilan.constater(regles.etude_publiee_seule(_vues(essai)[nom], _vues(essai)[temoin]))


@then("la source a fait vérifier chaque jeton par Pro Santé Connect")
def introspectes(essai: Essai) -> None:
    portees = [e for cle, e in _vues(essai).items() if "sans" not in cle and cle != "capacités"]
    introspections = essai.echanges("psc", "introspection", tout=True)
    essai.bilan.constater(regles.jeton_introspecte(portees, introspections))


@then("la source décrit ses capacités")
def capacites_decrites(essai: Essai) -> None:
    essai.bilan.constater(regles.capacites(_vues(essai)["capacités"]))
