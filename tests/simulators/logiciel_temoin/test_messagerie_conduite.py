"""Ce que le logiciel témoin envoie ou retient : validation, oppositions, INS, refus de l'opérateur, suppression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulators.logiciel_temoin.messagerie_connexion import ErreurConnexion
from simulators.logiciel_temoin.messagerie_reponses import Reponse
from tests.simulators.logiciel_temoin.operateur import APP, CONFRERE, MEDECIN, ORG, PER, USAGER, Poste


@pytest.fixture
def poste(environnement: Path) -> Poste:
    return Poste(environnement)


def adresses(poste: Poste) -> list[str]:
    return [adresse for remis in poste.remis for adresse in remis.destinataires]


def envois(poste: Poste) -> list[dict[str, Any]]:
    lus: list[dict[str, Any]] = poste.fait("lister_envois")["envois"]
    return lus


def test_rien_ne_part_sans_reglage(poste: Poste) -> None:
    """À l'installation, une validation n'envoie rien."""
    poste.correspondant()
    poste.valider()
    assert (poste.remis, envois(poste)) == ([], [])


def test_validation(poste: Poste) -> None:
    """Réglée, la validation d'un complet part au patient et à chaque correspondant, depuis la BAL applicative."""
    poste.correspondant()
    poste.correspondant(CONFRERE, "CONFRERE")
    poste.correspondant("", "SANSBAL")
    poste.automatiser()
    document = poste.valider()
    assert adresses(poste) == [USAGER, MEDECIN, CONFRERE]
    assert {remis.bal for remis in poste.remis} == {APP}
    assert [e["canal"] for e in envois(poste)] == ["patient", "professionnel", "professionnel"]
    assert all(e["documents"] == [document] for e in envois(poste))


def test_partiel_puis_complet(poste: Poste) -> None:
    """Un partiel ne part qu'à la main ; le complet qui le remplace part seul."""
    poste.automatiser(correspondants=False)
    partiel = poste.valider(statut_cr="partiel")
    assert poste.remis == []
    assert poste("envoyer_compte_rendu", patient_id=poste.patient, document_id=partiel, canal="patient").resultat == (
        "fait"
    )
    poste.valider(remplace=partiel)
    assert adresses(poste) == [USAGER, USAGER]


@pytest.mark.parametrize(("canal", "restent"), [("patient", [MEDECIN]), ("professionnel", [USAGER])])
def test_opposition(poste: Poste, canal: str, restent: list[str]) -> None:
    """Une opposition retient ce canal et lui seul, se voit dans la liste, et peut être levée."""
    poste.correspondant()
    poste.automatiser()
    poste.fait("enregistrer_opposition_mss", patient_id=poste.patient, canal=canal, opposition=True)
    document = poste.valider()
    assert adresses(poste) == restent
    assert {e["canal"]: e["etat"] for e in envois(poste)}[canal] == "bloque"
    manuel = poste("envoyer_compte_rendu", patient_id=poste.patient, document_id=document, canal=canal)
    assert (manuel.resultat, len(poste.remis)) == ("refuse", 1)
    assert "refusé" in manuel.messages[0]
    poste.fait("enregistrer_opposition_mss", patient_id=poste.patient, canal=canal, opposition=False)
    assert poste("envoyer_compte_rendu", patient_id=poste.patient, document_id=document, canal=canal).resultat == "fait"


@pytest.mark.parametrize("statut", ["PROV", "RECUP", "VALI"])
def test_ins_non_qualifiee(poste: Poste, statut: str) -> None:
    """Sans INS qualifiée, rien ne part à l'usager et l'utilisateur le sait."""
    poste.patient = poste.creer_patient(statut=statut)
    poste.automatiser(correspondants=False)
    poste.valider()
    enveloppe = poste.ecrire(patient_id=poste.patient, a_usager=True, destinataires=[])
    assert (enveloppe.resultat, poste.remis) == ("refuse", [])
    assert "n'est pas qualifiée" in enveloppe.messages[0]


def test_adresse_d_usager_saisie(poste: Poste) -> None:
    """L'adresse d'un usager ne se saisit pas, en copie cachée non plus."""
    for champ in ("destinataires", "copies", "copies_cachees"):
        assert poste.ecrire(**{champ: [USAGER]}).resultat == "refuse"
    assert poste.remis == []


def test_un_seul_usager(poste: Poste) -> None:
    """Un courriel ne porte pas les documents de deux patients."""
    premier = poste.valider()
    poste.patient = poste.creer_patient(nom_naissance="AUTRE")
    assert poste.ecrire(documents=[premier, poste.valider()]).resultat == "refuse"
    assert poste.ecrire(documents=[premier], patient_id=poste.patient).resultat == "refuse"


def test_refus_definitif(poste: Poste) -> None:
    """Un 5xx se montre et n'est pas réessayé."""
    poste.operateur.repondre = lambda _: Reponse(550, "5.1.1 inconnu")
    enveloppe = poste.ecrire()
    assert enveloppe.resultat == "echec"
    assert "550 5.1.1" in enveloppe.messages[0]
    poste.operateur.repondre = lambda _: Reponse(250, "ok")
    assert [e["etat"] for e in envois(poste)] == ["echec"]
    assert poste.remis == []


def test_refus_temporaire(poste: Poste) -> None:
    """Un 4xx laisse l'envoi en attente ; l'action suivante le reprend une fois, avec le même Message-ID."""
    essais: list[str] = []
    reponses = [Reponse(451, "4.3.0 plus tard"), Reponse(451, "4.3.0 plus tard"), Reponse(250, "ok")]

    def repondre(adresse: str) -> Reponse:
        essais.append(adresse)
        return reponses[len(essais) - 1]

    poste.operateur.repondre = repondre
    attente = poste.ecrire()
    assert (attente.resultat, attente.donnees["envoi"]["etat"]) == ("fait", "en_attente")
    assert envois(poste)[0]["etat"] == "en_attente"
    assert len(essais) == 2
    assert envois(poste)[0]["etat"] == "envoye"
    assert attente.donnees["envoi"]["message_id"].encode() in poste.remis[0].octets
    envois(poste)
    assert len(essais) == 3


def test_refus_temporaire_sans_fin(poste: Poste) -> None:
    """Un refus temporaire qui dure finit en échec, au bout de cinq essais."""
    essais: list[str] = []

    def repondre(adresse: str) -> Reponse:
        essais.append(adresse)
        return Reponse(451, "4.3.0 plus tard")

    poste.operateur.repondre = repondre
    poste.ecrire()
    assert [envois(poste)[0]["etat"] for _ in range(6)][-1] == "echec"
    assert len(essais) == 5


def test_un_destinataire_refuse(poste: Poste) -> None:
    """Un refus sur deux : l'un est parti, l'autre porte son motif."""
    poste.operateur.repondre = lambda a: Reponse(550, "5.1.1 inconnu") if a == CONFRERE else Reponse(250, "ok")
    envoi = poste.ecrire(destinataires=[MEDECIN, CONFRERE]).donnees["envoi"]
    assert {d["adresse"]: d["etat"] for d in envoi["destinataires"]} == {MEDECIN: "envoye", CONFRERE: "echec"}
    assert envoi["etat"] == "envoye"


def test_sans_reponse_de_l_operateur(poste: Poste) -> None:
    """Message confié, réponse perdue : l'utilisateur le sait, le logiciel ne renvoie pas de lui-même."""
    poste.operateur.repondre = lambda _: Reponse(0, "")
    enveloppe = poste.ecrire()
    assert (enveloppe.resultat, "peut-être parti" in enveloppe.messages[0]) == ("echec", True)
    poste.operateur.repondre = lambda _: Reponse(250, "ok")
    envois(poste)
    assert poste.remis == []


@pytest.mark.parametrize(("definitive", "etat"), [(True, "echec"), (False, "en_attente")])
def test_operateur_injoignable(poste: Poste, definitive: bool, etat: str) -> None:
    """Une messagerie en panne ne fait pas échouer la validation ; l'échec est tracé."""
    erreur = ErreurConnexion("canal TLS refusé", definitive=definitive)
    poste.operateur.repondre = lambda _: erreur
    poste.automatiser(correspondants=False)
    poste.valider()
    assert envois(poste)[0]["etat"] == etat
    traces = poste.fait("lire_traces", categorie="mssante")["traces"]
    assert traces[0]["detail"]["reponse"] == "canal TLS refusé"


def test_suppression(poste: Poste) -> None:
    """La suppression est annoncée, un par un, à ceux qui ont reçu le compte rendu, avec le texte réglé."""
    poste.correspondant()
    poste.correspondant(CONFRERE, "CONFRERE")
    poste.automatiser(patient=False)
    poste.labo.reglages.ecrire("message_suppression", "Texte du site.")
    document = poste.valider()
    avant = len(poste.remis)
    donnees = poste.fait("supprimer_compte_rendu", patient_id=poste.patient, document_id=document)
    annonces = poste.remis[avant:]
    assert [remis.destinataires for remis in annonces] == [(MEDECIN,), (CONFRERE,)]
    assert all(b"Texte du site." in remis.octets for remis in annonces)
    assert [e["etat"] for e in donnees["envois"]] == ["envoye", "envoye"]
    assert poste.fait("lister_documents", patient_id=poste.patient)["documents"] == []
    assert poste("supprimer_compte_rendu", patient_id=poste.patient, document_id=document).resultat == "refuse"


def test_correspondants(poste: Poste) -> None:
    """Un dossier a au moins dix correspondants ; une fiche se modifie, une adresse d'usager y est refusée."""
    crees = [poste.correspondant(f"c{rang}@cabinet.formation.mssante.fr", f"NOM{rang}") for rang in range(12)]
    parametres = {"patient_id": poste.patient, "correspondant_id": crees[3]}
    poste.fait("modifier_correspondant", **parametres, modifications={"adresse_mss": "neuve@cabinet.mssante.fr"})
    lus = poste.fait("lister_correspondants", patient_id=poste.patient)["correspondants"]
    assert len(lus) == 12
    assert lus[3]["adresse_mss"] == "neuve@cabinet.mssante.fr"
    assert poste("modifier_correspondant", **parametres, modifications={"adresse_mss": USAGER}).resultat == "refuse"
    assert poste("modifier_correspondant", **parametres).resultat == "refuse"


def test_traces(poste: Poste) -> None:
    """Un envoi laisse une trace : auteur, heure locale, BAL, demande, réponse, jamais le texte du message."""
    poste.ecrire(corps="Texte confidentiel")
    traces = poste.fait("lire_traces", categorie="mssante")["traces"]
    assert traces[0]["utilisateur"] == "biologiste_1"
    assert traces[0]["horodatage"][-6:] in ("+01:00", "+02:00")
    assert (traces[0]["detail"]["bal"], traces[0]["detail"]["reponse"]) == (PER, "250 2.0.0 accepté")
    assert "confidentiel" not in str(traces)


def test_bal_inconnue(poste: Poste) -> None:
    """Le logiciel n'écrit que depuis les BAL qui lui sont confiées."""
    assert poste.ecrire(expediteur="autre@labo.formation.mssante.fr").resultat == "refuse"
    assert poste.ecrire(expediteur=ORG.upper()).resultat == "fait"
    assert poste.ecrire(destinataires=[]).resultat == "refuse"
