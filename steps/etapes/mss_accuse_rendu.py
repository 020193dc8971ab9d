"""Étapes de l'accusé de lecture que le logiciel rend d'un courriel reçu qui le demande."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.mssante import mime
from simulators.mssante.courriels.composition import Transmission
from simulators.socle.identites import fabriquer_identite
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.mss_commun import attendre, contexte, vus
from steps.etapes.mss_jugement import joindre_source
from steps.etapes.mss_reception import Recu, deposer, envoi_vers, ouvrir, recu
from steps.verifications.mssante import accuse_rendu as regles
from steps.verifications.mssante.avis import verifier_avis
from steps.verifications.mssante.entetes import identifiant

_QUI = r"(?P<qui>le professionnel|un autre professionnel)"


@dataclass(frozen=True)
class Lecture:
    """Ce que le logiciel a dit de l'accusé. `debut` : rang du journal avant l'ouverture du courriel."""

    debut: int
    dit: str


@given(motif(rf"un courriel « (?P<nom>[^»]+) » qui demande un accusé de lecture, reçu par {_QUI}$"))
def demande(essai: Essai, nom: str, qui: str) -> None:
    """D'un confrère, qui demande l'accusé à sa propre adresse."""
    role = vocabulaire.role(qui)
    envoi = envoi_vers(essai, nom, role, fabriquer_identite(f"{essai.graine}{nom}"))
    corps = mime.texte("Bonjour,\n\nMerci de me dire que vous avez lu ce message.\n\nBien à vous")
    demandes: dict[str, str | None] = {"Disposition-Notification-To": envoi.emetteur.adresse}
    deposer(essai, nom, role, Transmission(envoi, corps=corps, objet=nom, entetes=demandes).courriel().octets)


@when(motif(rf"{_QUI} ouvre le courriel « (?P<nom>[^»]+) » et accepte d'en accuser la lecture$"))
def lire_et_accuser(essai: Essai, qui: str, nom: str) -> None:
    depose, debut = recu(essai, nom), essai.journal.position()
    ouvrir(essai, qui, nom)
    reponse = essai.jouer("accuser_lecture_courriel", vocabulaire.role(qui), courriel_id=depose.courriel_id)
    voulu = identifiant(depose.vu.lu)
    attendre(essai, lambda emis: any(a.original_id == voulu for _, a in regles.avis_de_lecture(emis)), debut)
    essai.releves[f"lecture {nom}"] = Lecture(debut, reponse.en_phrase())


@then(parse("l'accusé de lecture du courriel « {nom} » est rendu à qui l'a demandé"))
def rendu(essai: Essai, nom: str) -> None:
    lecture = essai.releves.get(f"lecture {nom}")
    if not isinstance(lecture, Lecture):
        raise NonConcluant(f"la feature juge l'accusé de « {nom} » sans l'avoir ouvert")
    tous, apres = vus(essai), vus(essai, lecture.debut)
    avant = [vu for vu in tous if vu.numero <= lecture.debut]
    essai.bilan.constater(regles.accuse_rendu(recu(essai, nom).vu, avant, apres, lecture.dit))


@then("chaque accusé de lecture émis répond à une demande, dans la forme d'un accusé")
def chacun(essai: Essai) -> None:
    """Ceux des courriels du scénario ; un courriel qui ne demandait rien n'en a pas."""
    recus = {identifiant(d.vu.lu): d for d in essai.releves.values() if isinstance(d, Recu)}
    for vu, avis in regles.avis_de_lecture(vus(essai)):
        origine = recus.get(avis.original_id)
        if origine is not None:
            su = contexte(essai, vu, en_reponse_a=origine.vu.octets)
            essai.bilan.constater(verifier_avis(vu.lu, su))
            joindre_source(essai, f"accuse-{vu.numero}", vu.octets, f"accusé de lecture de « {origine.nom} »")
