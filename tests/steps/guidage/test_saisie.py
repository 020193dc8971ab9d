"""Relever champ par champ : types, énumérations, listes, fichiers, absences, et ce qui se corrige sur place."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from steps.logiciel.contrat import charger_contrat
from steps.operateur.guidage_saisie import Saisie, SaisieAnnulee

PATIENT = charger_contrat().types["patient"]


def relever(schema: dict[str, Any], *lignes: str, connues: dict[str, str] | None = None) -> tuple[Any, str]:
    """Ce que ces lignes relèvent, et tout ce qui a été affiché."""
    restantes, ecran = list(lignes), []

    def lire(invite: str) -> str:
        ecran.append(invite)
        return restantes.pop(0)

    objet = Saisie(lire, ecran.append, connues).relever(schema)
    assert not restantes
    return objet, "\n".join(ecran)


def objet(exigees: tuple[str, ...] = (), **proprietes: Any) -> dict[str, Any]:
    return {"type": "object", "properties": proprietes, "required": list(exigees)}


def test_un_patient_entier() -> None:
    """Objet contenu, énumération par numéro ou par valeur, absence, liste, texte facultatif laissé."""
    champs = PATIENT["properties"]["identite"]["properties"]
    identite = ["aucun" if nom in ("matricule_ins", "oid_ins") else "" for nom in champs]
    identite[list(champs).index("nom_naissance")] = "DUPONT"
    identite[list(champs).index("sexe")] = "2"
    releve, ecran = relever(PATIENT, "P-1", *identite, "QUAL", "2", "1", "homonyme", "")
    assert releve == {
        "patient_id": "P-1",
        "identite": {"matricule_ins": None, "oid_ins": None, "nom_naissance": "DUPONT", "sexe": "F"},
        "statut": "QUAL",
        "attributs": ["douteux", "homonyme"],
    }
    assert "1) PROV  2) RECUP  3) VALI  4) QUAL" in ecran


def test_une_valeur_exigee_insiste_et_un_defaut_se_propose() -> None:
    """Sans valeur, la question revient ; \"\" dit un champ vide ; un identifiant connu se confirme par Entrée."""
    schema = objet(("document_id", "titre"), document_id={"type": "string"}, titre={"type": "string"})
    releve, ecran = relever(schema, "", "", '""', connues={"document_id": "D-4"})
    assert releve == {"document_id": "D-4", "titre": ""}
    assert "[D-4]" in ecran
    assert "Cette valeur est attendue" in ecran


@pytest.mark.parametrize(
    ("schema", "lignes", "valeur", "message"),
    [
        ({"type": "boolean"}, ("peut-être", "Oui"), True, "Attendu o ou n"),
        ({"type": "integer"}, ("trois", "3"), 3, "Attendu un nombre"),
        ({"type": ["number", "null"]}, ("2,5",), 2.5, ""),
        ({"type": ["number", "null"]}, ("aucun",), None, ""),
        ({"type": "string", "enum": ["a", "b"]}, ("9", "b"), "b", "Attendu un numéro de 1 à 2"),
        ({"type": "array", "items": {"type": "string"}}, ("deux", "[oups", '["x", "y"]'), ["x", "y"], "JSON illisible"),
        ({"type": "object"}, ("{", '{"a": 1}'), {"a": 1}, "Attendu un objet JSON"),
        ({}, ("libre",), "libre", ""),
    ],
)
def test_chaque_type(schema: dict[str, Any], lignes: tuple[str, ...], valeur: Any, message: str) -> None:
    """Une valeur du mauvais type se redemande, avec ce qui était attendu ; la bonne est rendue dans son type."""
    releve, ecran = relever(objet(avant={"type": "string"}, champ=schema), "", *lignes)
    assert releve == {"champ": valeur}
    assert message in ecran


def test_un_fichier_se_donne_par_son_chemin(tmp_path: Path) -> None:
    """Un contenu en base64 se lit dans un fichier ; un chemin faux se redemande."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    releve, ecran = relever(objet(pdf_base64={"type": "string"}), str(tmp_path / "b.pdf"), str(tmp_path / "a.pdf"))
    assert base64.b64decode(releve["pdf_base64"]) == b"%PDF-"
    assert "chemin d'un fichier lisible" in ecran


def test_aide_fin_et_annuler() -> None:
    """« ? » explique le champ, « fin » laisse la suite, « annuler » ne rend rien."""
    schema = objet(a={"type": "string", "description": "11 chiffres"}, b={"type": "string"}, c={"type": "string"})
    releve, ecran = relever(schema, "?", "1", "fin")
    assert releve == {"a": "1"}
    assert "11 chiffres" in ecran
    with pytest.raises(SaisieAnnulee):
        relever(schema, "annuler")
    assert relever(objet()) == ({}, "")
