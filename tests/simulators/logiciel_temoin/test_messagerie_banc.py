"""La messagerie du logiciel témoin face à l'opérateur simulé, par de vraies prises : pannes, jetons, relève."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulators.banc import Banc
from simulators.logiciel_temoin.api import jouer
from simulators.logiciel_temoin.defauts import Defauts
from simulators.logiciel_temoin.environnement import lire_environnement
from simulators.logiciel_temoin.labo import Labo
from simulators.socle.journal import JournalEchanges
from tests.simulators.logiciel_temoin.operateur import ANALYSES, APP, ORG, PER, TRAITS

MEDECIN = "camille.traitant@cabinet.formation.mssante.fr"
CONFRERE = "bastien.remplacant@cabinet.formation.mssante.fr"


class Montage:
    """Le banc et le logiciel, dans le même processus."""

    def __init__(self, banc: Banc, journal: JournalEchanges, dossier: Path) -> None:
        self.banc, self.journal = banc, journal
        fichier = dossier / "environnement.json"
        fichier.write_text(json.dumps(banc.environnement()), encoding="utf-8")
        self.labo = Labo(lire_environnement(fichier), Defauts())
        self.depuis = journal.position()

    def __call__(self, nom: str, /, **parametres: Any) -> Any:
        return jouer(self.labo, nom, {"utilisateur": "biologiste_1", **parametres})

    def ecrire(self, **parametres: Any) -> Any:
        valeurs = {"expediteur": PER, "destinataires": [MEDECIN], "objet": "Essai", "corps": "Bonjour."}
        return self("envoyer_courriel", **{**valeurs, **parametres})

    @property
    def remis(self) -> list[Any]:
        return list(self.banc.mssante.etat.recus)

    def operations(self, nom: str) -> list[Any]:
        return [e for e in self.journal.echanges(depuis=self.depuis, service="mssante") if e.operation == nom]


@pytest.fixture(scope="module")
def banc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Banc, JournalEchanges, Path]]:
    dossier = tmp_path_factory.mktemp("mss")
    with JournalEchanges.creer(dossier / "journal") as journal, Banc(journal) as lance:
        yield lance, journal, dossier


@pytest.fixture
def montage(banc: tuple[Banc, JournalEchanges, Path]) -> Iterator[Montage]:
    banc[0].remettre_a_zero()
    monte = Montage(*banc)
    yield monte
    monte.labo.fermer()


def test_une_connexion_par_bal(montage: Montage) -> None:
    """Plusieurs envois d'une BAL empruntent la même connexion, quittée proprement à l'arrêt."""
    for expediteur in (PER, PER, APP, APP, ORG):
        assert montage.ecrire(expediteur=expediteur).resultat == "fait"
    assert len(montage.operations("smtp:AUTH")) == 3
    assert [e.notes["mecanisme"] for e in montage.operations("smtp:AUTH")] == ["XOAUTH2", "PLAIN", "XOAUTH2"]
    montage.labo.fermer()
    assert len(montage.operations("smtp:QUIT")) == 3


def test_connexion_perdue(montage: Montage) -> None:
    """Une connexion fermée par l'opérateur entre deux envois est rouverte sans que l'utilisateur le voie."""
    montage.ecrire()
    assert montage.banc.mssante.rompre() == 1
    assert montage.ecrire().resultat == "fait"
    assert len(montage.operations("smtp:AUTH")) == 2


def test_enveloppe(montage: Montage) -> None:
    """SIZE est la taille transmise ; NOTIFY accompagne la demande d'accusé, et elle seule."""
    montage.ecrire(accuse_distribution=True)
    montage.ecrire()
    tailles = [int(e.requete.cible.partition("SIZE=")[2].split()[0]) for e in montage.operations("smtp:MAIL")]
    assert tailles == [len(recu.octets) for recu in montage.remis]
    assert ["NOTIFY=SUCCESS,FAILURE" in e.requete.cible for e in montage.operations("smtp:RCPT")] == [True, False]


@pytest.mark.parametrize(
    "panne",
    [
        "certificat_expire",
        "certificat_pas_encore_valide",
        "certificat_revoque_crl",
        "certificat_revoque_ocsp",
        "certificat_autre_autorite",
        "certificat_autre_gamme",
        "certificat_autre_nom",
        "tls_ancien",
        "suites_faibles",
        "groupe_dh_court",
        "courbe_courte",
        "starttls_absent",
        "starttls_ordures",
    ],
)
def test_canal_refuse(montage: Montage, panne: str) -> None:
    """Un opérateur fautif n'apprend rien de la BAL ni du message ; l'utilisateur le sait ; la fois d'après va bien."""
    with montage.banc.mssante.panne(panne, protocole="smtp"):
        refus = montage.ecrire()
    assert refus.resultat == "echec"
    assert any(mot in refus.messages[0] for mot in ("canal TLS refusé", "STARTTLS"))
    assert (montage.operations("smtp:AUTH"), montage.operations("smtp:MAIL"), montage.remis) == ([], [], [])
    assert montage.ecrire().resultat == "fait"


@pytest.mark.parametrize("panne", ["crl_indisponible", "crl_expiree", "ocsp_muet"])
def test_revocation_degradee(montage: Montage, panne: str) -> None:
    """Une CRL gardée, ou l'autre moyen de contrôle, suffit à envoyer."""
    montage.ecrire()
    montage.labo.postes.smtp(montage.labo.postes.bal(PER)).fermer()
    with montage.banc.mssante.panne(panne, fois=None):
        assert montage.ecrire().resultat == "fait"


@pytest.mark.parametrize(
    ("panne", "attendu", "ensuite", "remis"),
    [
        ("destinataire_inconnu", "echec", "echec", 0),
        ("domaine_hors_liste", "echec", "echec", 0),
        ("expediteur_refuse", "echec", "echec", 0),
        ("boite_pleine", "en_attente", "echec", 0),
        ("message_trop_gros", "echec", "echec", 0),
        ("debit_depasse", "en_attente", "envoye", 1),
        ("indisponible_421", "en_attente", "envoye", 1),
        ("refus_temporaire", "en_attente", "envoye", 1),
        ("coupure_avant_reponse", "echec", "echec", 1),
        ("coupure_dans_data", "echec", "echec", 0),
        ("dsn_non_annonce", "envoye", "envoye", 1),
        ("xoauth2_absent", "echec", "echec", 0),
        ("connexion_refusee", "en_attente", "envoye", 1),
        ("jeton_expire", "envoye", "envoye", 1),
        ("jeton_autre_bal", "envoye", "envoye", 1),
        ("jeton_invalide", "envoye", "envoye", 1),
        ("psc_indisponible", "en_attente", "envoye", 1),
    ],
)
def test_panne_de_l_operateur(montage: Montage, panne: str, attendu: str, ensuite: str, remis: int) -> None:
    """Temporaire : en attente, puis repris une fois. Définitif : montré, jamais renvoyé. Jamais deux fois le même."""
    fois = 2 if panne == "boite_pleine" else 1
    with montage.banc.mssante.panne(panne, fois=fois):
        envoi = montage.ecrire(accuse_distribution=True).donnees["envoi"]
        assert (envoi["etat"], envoi["destinataires"][0]["detail"] is None) == (attendu, attendu == "envoye")
        assert montage("lister_envois").donnees["envois"][0]["etat"] == ensuite
    assert len(montage.remis) == remis
    assert montage.ecrire().resultat == "fait"


def test_un_sur_trois(montage: Montage) -> None:
    """Chaque destinataire a son sort."""
    with montage.banc.mssante.panne("un_destinataire_sur_trois"):
        envoi = montage.ecrire(destinataires=[MEDECIN, CONFRERE, ORG]).donnees["envoi"]
    assert [d["etat"] for d in envoi["destinataires"]] == ["envoye", "echec", "envoye"]
    assert montage.remis[0].destinataires == (MEDECIN, ORG)


def test_refus_tardif(montage: Montage) -> None:
    """Un avis d'échec arrivé après l'acceptation change l'état montré."""
    with montage.banc.mssante.panne("accepte_puis_dsn"):
        assert montage.ecrire().resultat == "fait"
    assert montage("lister_envois").donnees["envois"][0]["etat"] == "echec"


def test_jetons_en_memoire(montage: Montage, tmp_path: Path) -> None:
    """Le jeton sert tant qu'il vaut, pour SMTP comme pour IMAP ; il n'est écrit nulle part."""
    montage.labo.dossier = tmp_path
    montage.ecrire()
    montage("relever_boite", adresse=PER)
    assert len(montage.operations("imap:AUTHENTICATE")) == 1
    acces = next(iter(montage.labo.postes._acces.jetons._jetons.values())).acces  # type: ignore[union-attr]
    traces = json.dumps(montage("lire_traces", categorie="mssante").donnees)
    assert acces
    assert acces not in traces
    assert list(tmp_path.iterdir()) == []


def test_session_psc_finie(montage: Montage) -> None:
    """Quand Pro Santé Connect ne reconnaît plus l'utilisateur, la session de messagerie se ferme et rien ne part."""
    montage.ecrire()
    montage("relever_boite", adresse=PER)
    jeton = montage.labo.postes._acces.jetons._jetons[PER]  # type: ignore[union-attr]
    jeton.fin, jeton.rafraichissement = 0.0, "revoque"
    bal = montage.labo.postes.bal(PER)
    object.__setattr__(bal, "jeton_rafraichissement", "revoque")
    refus = montage.ecrire()
    assert (refus.resultat, "reconnectez-vous" in refus.messages[0]) == ("echec", True)
    assert montage("relever_boite", adresse=PER).resultat == "echec"
    assert len(montage.operations("smtp:QUIT")) == len(montage.operations("imap:LOGOUT")) == 1
    assert montage.ecrire(expediteur=APP).resultat == "fait"


def test_jeton_renouvele_sans_interrompre(montage: Montage) -> None:
    """Le jeton expiré est renouvelé en cours de session, sans nouvelle identification ni geste de l'utilisateur."""
    montage.ecrire()
    montage.labo.postes._acces.jetons._jetons[PER].fin = 0.0  # type: ignore[union-attr]
    assert montage.ecrire().resultat == "fait"
    assert len(montage.operations("smtp:AUTH")) == 1


@pytest.mark.parametrize(
    "panne",
    [
        "uidvalidity_change",
        "message_disparu",
        "lecture_seule",
        "bye",
        "indisponible",
        "litteral_enorme",
        "coupure_dans_fetch",
    ],
)
def test_panne_de_lecture(montage: Montage, panne: str) -> None:
    """La relève échoue proprement ou s'en sort ; la suivante montre le message, non marqué lu."""
    montage.banc.mssante.deposer(PER, f"From: {MEDECIN}\r\nTo: {PER}\r\nSubject: un\r\n\r\nBonjour\r\n".encode())
    with montage.banc.mssante.panne(panne):
        premiere = montage("relever_boite", adresse=PER)
    assert premiere.resultat in ("fait", "echec")
    if panne == "message_disparu":
        return
    courriels = montage("relever_boite", adresse=PER).donnees["courriels"]
    assert [(c["objet"], c["lu"]) for c in courriels] == [("un", False)]
    assert montage("lire_courriel", courriel_id=courriels[0]["courriel_id"]).resultat == "fait"
    assert montage("relever_boite", adresse=PER).donnees["courriels"][0]["lu"] is True


def test_fils(montage: Montage) -> None:
    """Vingt envois demandés ensemble, sur trois BAL, partent tous, une fois chacun."""
    montage("configurer", parametre="alimentation_automatique_dmp", valeur=False)
    patient = montage("creer_patient", identite=TRAITS).donnees["patient_id"]
    document = montage("valider_compte_rendu", patient_id=patient, statut_cr="complet", analyses=ANALYSES).donnees[
        "document"
    ]["document_id"]
    resultats: list[str] = []

    def envoyer(rang: int) -> None:
        expediteur = (PER, APP, ORG)[rang % 3]
        resultats.append(montage.ecrire(expediteur=expediteur, objet=f"n° {rang}", documents=[document]).resultat)

    fils = [threading.Thread(target=envoyer, args=(rang,)) for rang in range(20)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(30)
    assert resultats == ["fait"] * 20
    identifiants = {e["message_id"] for e in montage("lister_envois").donnees["envois"]}
    assert (len(montage.remis), len(identifiants)) == (20, 20)
    assert len(montage.operations("smtp:AUTH")) == 3
