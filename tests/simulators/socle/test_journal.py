"""Le journal : chaîné, en ajout seul, sans secret, attendu sans sondage, intact après un arrêt brutal."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.socle import base
from simulators.socle.chaine import ORIGINE, canonique
from simulators.socle.echange import CorpsMemoire, Requete, Tls
from simulators.socle.journal import EtatJournal, JournalArrete, JournalEchanges
from tests.simulators.socle.outils import echanger, instant

RACINE = Path(__file__).parents[3]


def test_relecture_identique(journal: JournalEchanges) -> None:
    """Un échange relu est égal à celui rendu à l'ajout, certificats et corps compris."""
    ajoute = journal.ajouter_echange(
        service="dmp",
        operation="TD2.1",
        debut=instant(),
        fin=instant(),
        requete=Requete("POST", "/a?b=é", (("X", "1"), ("x", "2")), CorpsMemoire(b"\0\xff corps")),
        pair="127.0.0.1:9",
        tls=Tls("TLSv1.3", "SUITE", "localhost", b"feuille", (b"feuille", b"racine")),
        panne="coupure",
        scenario="S.1",
        notes={"code": "00"},
    )
    assert journal.echange(1) == ajoute
    assert ajoute.requete.corps.octets == b"\0\xff corps"
    assert journal.verifier_chaine() == []


def test_chaine_recalculee_a_la_main(journal: JournalEchanges) -> None:
    """L'empreinte est bien SHA-256(précédente ‖ forme canonique), recalculée ici sans le code du journal."""
    journal.ajouter("etape", {"é": [1, None, "\u2028"], "a": True})
    journal.ajouter("etape", {})
    lignes = sqlite3.connect(journal.dossier / "journal.sqlite")
    precedent = "0" * 64
    for numero, genre, horodatage, donnees, avant, empreinte in lignes.execute(
        "SELECT numero, type, horodatage, donnees, precedent, empreinte FROM enregistrements ORDER BY numero"
    ):
        valeur = {"numero": numero, "type": genre, "horodatage": horodatage, "donnees": json.loads(donnees)}
        texte = json.dumps(valeur, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert avant == precedent
        assert empreinte == hashlib.sha256((precedent + texte).encode()).hexdigest()
        precedent = empreinte
    lignes.close()
    assert journal.derniere_empreinte() == precedent != ORIGINE


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    donnees=st.dictionaries(
        st.text(max_size=8),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda enfant: st.lists(enfant, max_size=3),
            max_leaves=6,
        ),
        max_size=5,
    )
)
def test_tout_json_se_chaine(journal: JournalEchanges, donnees: dict[str, object]) -> None:
    """N'importe quelles données JSON, substituts isolés compris, s'ajoutent et se vérifient."""
    numero = journal.ajouter("etape", donnees)
    [relu] = journal.enregistrements(depuis=numero - 1)
    assert relu.donnees_brutes == canonique(relu.donnees)
    assert journal.verifier_chaine() == []


@pytest.mark.parametrize(
    ("ordre", "attendu"),
    [
        ("UPDATE enregistrements SET donnees = '{}' WHERE numero = 2", "empreinte attendue"),
        ("UPDATE enregistrements SET service = 'dmp' WHERE numero = 2", "colonnes d'index"),
        ("DELETE FROM enregistrements WHERE numero = 2", "il manque des enregistrements"),
    ],
)
def test_falsification_vue(journal: JournalEchanges, ordre: str, attendu: str) -> None:
    """Modifier ou retirer une ligne est refusé par la base ; déclencheurs ôtés, la chaîne le dit."""
    for rang in range(3):
        echanger(journal, b"%d" % rang)
    journal.fermer()
    connexion = sqlite3.connect(journal.dossier / "journal.sqlite", isolation_level=None)
    with pytest.raises(sqlite3.IntegrityError, match="le journal ne"):
        connexion.execute(ordre)
    connexion.execute("DROP TRIGGER jamais_modifie")
    connexion.execute("DROP TRIGGER jamais_efface")
    connexion.execute(ordre)
    connexion.close()
    with JournalEchanges.ouvrir(journal.dossier) as relu:
        assert any(attendu in anomalie for anomalie in relu.verifier_chaine())


def test_corps_abime_vu(journal: JournalEchanges) -> None:
    """Un corps changé, tronqué ou absent est dit, avec l'enregistrement qui le cite."""
    corps = [echanger(journal, b"corps %d" % rang).requete.corps.sha256 for rang in range(3)]
    chemins = [journal.dossier / "corps" / sha256[:2] / sha256 for sha256 in corps]
    chemins[0].write_bytes(b"CORPS 0")
    chemins[1].write_bytes(b"corps")
    chemins[2].unlink()
    anomalies = journal.verifier_chaine()
    assert [mot in texte for mot, texte in zip(["modifié", "octets attendus", "absent"], anomalies, strict=True)] == [
        True
    ] * 3


def test_corps_tronque_reecrit(journal: JournalEchanges) -> None:
    """Un corps à moitié écrit par un arrêt brutal est réécrit quand il revient."""
    corps = journal.ranger(b"0123456789")
    (journal.dossier / "corps" / corps.sha256[:2] / corps.sha256).write_bytes(b"0123")
    assert journal.ranger(b"0123456789").octets == b"0123456789"


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_reception_par_blocs(journal: JournalEchanges, blocs: list[bytes]) -> None:
    """Un corps reçu par blocs est le même que reçu d'un coup."""
    reception = journal.receptionner()
    for bloc in blocs:
        reception.ecrire(bloc)
    recu = reception.terminer()
    assert recu.octets == b"".join(blocs)
    assert recu.sha256 == hashlib.sha256(b"".join(blocs)).hexdigest()


def test_grand_corps_par_blocs(journal: JournalEchanges) -> None:
    """Au-delà du seuil, le corps passe par le disque et garde son empreinte ; aucun fichier temporaire ne reste."""
    reception = journal.receptionner()
    blocs = [bytes([rang]) * 2**19 for rang in range(12)]
    for bloc in blocs:
        reception.ecrire(bloc)
    recu = reception.terminer()
    assert recu.taille == 12 * 2**19
    assert recu.sha256 == hashlib.sha256(b"".join(blocs)).hexdigest() == hashlib.sha256(recu.octets).hexdigest()
    assert [chemin.name for chemin in (journal.dossier / "corps").iterdir() if chemin.is_file()] == []


# -- secrets --------------------------------------------------------------------------------------------------------


def test_secrets_jamais_sur_le_disque(journal: JournalEchanges) -> None:
    """En-têtes secrets, valeurs protégées (aussi encodées) et clés privées : seules les empreintes sont écrites."""
    secret = "s3cr&t+é <mot>"
    journal.proteger(secret)
    cle = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----"
    corps = f"<p>s3cr&amp;t+é &lt;mot&gt;</p> {secret} {cle}".encode()
    echange = echanger(
        journal,
        corps,
        entetes=(("Authorization", "Bearer jeton-abc"), ("COOKIE", "sid=jeton-abc"), ("X-Autre", f"a {secret}")),
        cible="/x?access_token=jeton-abc&p=s3cr%26t%2B%C3%A9%20%3Cmot%3E",
    )
    journal.ajouter(
        "action", {"parametres": {"mot_de_passe": "jeton-abc", "texte": secret, "liste": [{"Jeton": "jeton-abc"}]}}
    )
    position = journal.position()
    journal.fermer()
    tout = b"".join(chemin.read_bytes() for chemin in journal.dossier.rglob("*") if chemin.is_file())
    for clair in (b"jeton-abc", secret.encode(), b"s3cr&amp;t", b"s3cr%26t", b"MIGHAgEAMBMG"):
        assert clair not in tout
    assert position == 2
    assert echange.requete.entetes[0][1].startswith("empreinte:")
    assert len(echange.requete.entetes[0][1]) == len("empreinte:") + 32


def test_empreintes_comparables(journal: JournalEchanges) -> None:
    """Deux valeurs égales ont la même empreinte, deux valeurs différentes non, et elle dépend de la clé."""
    un, deux, trois = (
        echanger(journal, entetes=(("Authorization", valeur),)).requete.entete("authorization")
        for valeur in ("Bearer a", "Bearer a", "Bearer b")
    )
    assert un == deux == journal.empreinte_secret("Bearer a") != trois
    with JournalEchanges.creer(journal.dossier / "autre", cle=b"autre") as autre:
        assert autre.empreinte_secret("Bearer a") != un


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(coupes=st.lists(st.integers(1, 9), max_size=12))
def test_secret_a_cheval(journal: JournalEchanges, coupes: list[int]) -> None:
    """Un secret coupé entre deux blocs est remplacé comme dans le corps entier."""
    journal.proteger("motdepasse")
    octets = b"debut motdepasse milieu motdepasse"
    reception = journal.receptionner()
    position = 0
    for coupe in [*coupes, len(octets)]:
        reception.ecrire(octets[position : position + coupe])
        position += coupe
    assert reception.terminer().octets == journal.ranger(octets).octets
    assert b"motdepasse" not in journal.ranger(octets).octets


def test_expurger_n_ecrit_rien(journal: JournalEchanges) -> None:
    """Un texte se lit sans ses secrets connus, et rien n'en reste sur le disque, pas même ce qui n'était pas connu."""
    journal.proteger("secret-connu")
    avant = sorted(journal.dossier.rglob("*"))
    lu = journal.expurger("a=secret-connu; b=valeur-que-personne-n-a-declaree")
    assert lu == f"a={journal.empreinte_secret('secret-connu')}; b=valeur-que-personne-n-a-declaree"
    assert sorted(journal.dossier.rglob("*")) == avant
    assert not any(b"personne-n-a-declaree" in f.read_bytes() for f in journal.dossier.rglob("*") if f.is_file())


def test_secret_trop_court_refuse(journal: JournalEchanges) -> None:
    """Protéger deux lettres mutilerait les preuves : c'est refusé."""
    with pytest.raises(ValueError, match="trop court"):
        journal.proteger("ab")


# -- lecture et attente ---------------------------------------------------------------------------------------------


def test_filtres(journal: JournalEchanges) -> None:
    """Chaque filtre, seul ou combiné, rend les échanges voulus, dans l'ordre, après `depuis`."""
    journal.debuter_scenario("S1", titre="un")
    echanger(journal, operation="a")
    echanger(journal, service="dmp", operation="a")
    journal.finir_scenario()
    echanger(journal, operation="b")
    journal.ajouter_poignee_refusee(service="insi", raison="R")
    assert [e.numero for e in journal.echanges()] == [2, 3, 5]
    assert [e.numero for e in journal.echanges("insi")] == [2, 5]
    assert [e.numero for e in journal.echanges("insi", depuis=2)] == [5]
    assert [e.numero for e in journal.echanges("insi", "a")] == [2]
    assert [e.numero for e in journal.echanges(operation="a")] == [2, 3]
    assert [e.numero for e in journal.echanges(scenario="S1")] == [2, 3]
    assert [e.numero for e in journal.echanges("dmp", scenario="S1", depuis=2)] == [3]
    assert [p.raison for p in journal.poignees_refusees("insi")] == ["R"]
    assert [p.raison for p in journal.poignees_refusees("dmp")] == []
    assert [e.type for e in journal.enregistrements(scenario="S1")] == [
        "scenario_debut",
        "echange",
        "echange",
        "scenario_fin",
    ]
    with pytest.raises(KeyError, match="numéro 1"):
        journal.echange(1)


@pytest.mark.parametrize(
    "filtres",
    [
        {"type": "echange", "service": "insi", "operation": "a"},
        {"type": "echange", "scenario": "S1"},
        {"type": "echange", "service": "insi"},
        {"type": "verdict"},
        {"type": "poignee_refusee", "service": "insi"},
    ],
    ids=str,
)
def test_requetes_par_index(journal: JournalEchanges, filtres: dict[str, str]) -> None:
    """Aucune requête filtrée ne parcourt la table : SQLite annonce une recherche par index."""
    plans: list[str] = []
    connexion = sqlite3.connect(journal.dossier / "journal.sqlite")
    ordres: list[str] = []
    connexion.set_trace_callback(ordres.append)
    list(base.parcourir(connexion, 0, **filtres))  # type: ignore[arg-type]
    connexion.set_trace_callback(None)
    plans = [ligne[3] for ligne in connexion.execute(f"EXPLAIN QUERY PLAN {ordres[0]}")]
    connexion.close()
    assert "USING INDEX" in plans[0]
    assert plans[0].startswith("SEARCH")


def test_attendre_est_reveille_par_l_ajout(journal: JournalEchanges) -> None:
    """Celui qui attend est réveillé par l'échange venu d'un autre fil, pas par celui d'avant."""
    echanger(journal, operation="attendue")
    depuis = journal.position()
    trouve: list[int] = []

    def attendre() -> None:
        echange = journal.attendre(lambda e: e.operation == "attendue", depuis=depuis, delai=20, service="insi")
        trouve.append(echange.numero if echange else 0)

    fil = threading.Thread(target=attendre)
    fil.start()
    echanger(journal, operation="autre")
    journal.ajouter("etape", {})
    echanger(journal, operation="attendue")
    fil.join(20)
    assert trouve == [4]


def test_attendre_rend_none_au_delai(journal: JournalEchanges) -> None:
    """Sans échange voulu, l'attente rend None une fois le délai écoulé ; ce qui est déjà là est rendu aussitôt."""
    echanger(journal)
    assert journal.attendre(lambda e: False, depuis=0, delai=0.01) is None
    assert journal.attendre(lambda e: True, depuis=0, delai=0) is not None
    assert journal.attendre_enregistrement(lambda e: True, depuis=0, delai=0, type="verdict") is None


def test_fermeture_termine_les_attentes(journal: JournalEchanges) -> None:
    """Fermer le journal réveille ceux qui attendaient, avec une erreur claire."""
    pret = threading.Event()
    erreurs: list[str] = []

    def predicat(echange: object) -> bool:
        pret.set()
        return False

    def attendre() -> None:
        try:
            journal.attendre(predicat, depuis=0, delai=30)
        except JournalArrete as erreur:
            erreurs.append(str(erreur))

    echanger(journal)
    fil = threading.Thread(target=attendre)
    fil.start()
    assert pret.wait(10)
    journal.fermer()
    fil.join(10)
    assert erreurs == ["le journal est fermé"]


def test_fils_concurrents(journal: JournalEchanges) -> None:
    """Plusieurs fils écrivent ensemble : numéros sans trou, chaîne intacte."""
    fils = [threading.Thread(target=lambda: [echanger(journal) for _ in range(20)]) for _ in range(4)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert [e.numero for e in journal.echanges()] == list(range(1, 81))
    assert journal.verifier_chaine() == []


# -- ouverture ------------------------------------------------------------------------------------------------------


def test_ouvertures(journal: JournalEchanges, tmp_path: Path) -> None:
    """Créer n'écrase pas, ouvrir ne modifie pas et suit un journal vivant, reprendre continue la chaîne."""
    echanger(journal)
    with pytest.raises(FileExistsError, match="existe déjà"):
        JournalEchanges.creer(journal.dossier)
    with pytest.raises(FileNotFoundError, match="aucun journal"):
        JournalEchanges.ouvrir(tmp_path / "vide")
    with JournalEchanges.ouvrir(journal.dossier) as lecteur:
        assert lecteur.etat is EtatJournal.LECTURE
        echanger(journal)
        assert lecteur.position() == 2
        assert lecteur.echanges() == journal.echanges()
        assert lecteur.derniere_empreinte() == journal.derniere_empreinte()
        with pytest.raises(JournalArrete, match="lecture seule"):
            lecteur.ajouter("etape", {})
    journal.fermer()
    with JournalEchanges.reprendre(journal.dossier) as repris:
        assert echanger(repris).numero == 3
        assert repris.verifier_chaine() == []


def test_types_et_scenarios(journal: JournalEchanges) -> None:
    """Un type inconnu est refusé ; un scénario ne s'ouvre pas dans un autre et porte son nom sur ses lignes."""
    with pytest.raises(ValueError, match="type d'enregistrement inconnu"):
        journal.ajouter("autre", {})
    with pytest.raises(RuntimeError, match="aucun scénario"):
        journal.finir_scenario()
    journal.debuter_scenario("A")
    with pytest.raises(RuntimeError, match="A n'est pas fini"):
        journal.debuter_scenario("B")
    journal.ajouter("etape", {})
    journal.finir_scenario()
    assert [(e.type, e.scenario) for e in journal.enregistrements()] == [
        ("scenario_debut", "A"),
        ("etape", "A"),
        ("scenario_fin", "A"),
    ]


ECRIVAIN = """
import sys
from pathlib import Path
from simulators.socle.journal import JournalEchanges
from tests.simulators.socle.outils import echanger
journal = JournalEchanges.creer(Path(sys.argv[1]))
for rang in range(10**9):
    echange = echanger(journal, b"corps %d " % rang * 300)
    sys.stdout.write(f"{echange.numero}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("apres", [1, 40, 173])
def test_arret_brutal(tmp_path: Path, apres: int) -> None:
    """Tué net en pleine écriture : le journal s'ouvre, sa chaîne est intacte, rien d'annoncé ne manque."""
    dossier = tmp_path / "campagne"
    with subprocess.Popen(
        [sys.executable, "-c", ECRIVAIN, str(dossier)], cwd=RACINE, stdout=subprocess.PIPE, text=True
    ) as ecrivain:
        assert ecrivain.stdout is not None
        for _ in range(apres):
            assert ecrivain.stdout.readline()
        ecrivain.kill()
        annonces = apres + sum(1 for ligne in ecrivain.stdout if ligne.endswith("\n"))
    with JournalEchanges.ouvrir(dossier) as relu:
        assert relu.verifier_chaine() == []
        assert annonces <= relu.position() <= annonces + 1
        assert len(relu.echanges()) == relu.position()
    with JournalEchanges.reprendre(dossier) as repris:
        echanger(repris)
        assert repris.verifier_chaine() == []
